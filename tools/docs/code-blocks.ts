/** A fenced block of a markdown file. */
export interface CodeBlock {
  readonly language: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly text: string;
  /** Text of the last non-empty line before the fence; an HTML comment there marks the block. */
  readonly before: string;
}

/** The fenced code blocks of a markdown text; an indented fence loses its indentation in every line. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const lines = markdown.split(/\r?\n/);
  const blocks: CodeBlock[] = [];
  let before = "";
  for (let i = 0; i < lines.length; i++) {
    const open = /^(\s*)(`{3,}|~{3,})\s*([\w-]*)/.exec(lines[i]!);
    if (open === null) {
      if (lines[i]!.trim() !== "") before = lines[i]!.trim();
      continue;
    }
    const [, indent = "", fence = "", language = ""] = open;
    const end = lines.findIndex((line, at) => at > i && line.trim().startsWith(fence) && line.trim().replace(/[`~]/g, "") === "");
    const body = lines.slice(i + 1, end < 0 ? undefined : end);
    blocks.push({
      language,
      line: i + 1,
      before,
      text: `${body.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)).join("\n")}\n`,
    });
    if (end < 0) break;
    i = end;
    before = "";
  }
  return blocks;
}
