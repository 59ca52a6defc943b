import { markdownTable } from "markdown-table";

/** A piece of a report that can be shortened without breaking its markdown. Every text in it is markdown already escaped. */
export type Block =
  | { readonly kind: "text"; readonly markdown: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "table"; readonly header: readonly string[]; readonly align: string; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "fence"; readonly language: string; readonly body: string }
  | { readonly kind: "details"; readonly summary: string; readonly open?: boolean; readonly blocks: readonly Block[] };

/** Markdown of a block in at most `room` UTF-16 units: lists and tables lose their last rows (and say so), what cannot be cut is left out (`""`). */
export function renderBlock(block: Block, room = Number.POSITIVE_INFINITY): string {
  switch (block.kind) {
    case "text":
      return whole(block.markdown, room);
    case "list":
      return list(block.items, room);
    case "table":
      return table(block, room);
    case "fence":
      return whole(fence(block.language, block.body), room);
    case "details":
      return details(block, room);
  }
}

/** Markdown of several blocks, a blank line between; those that no longer fit are left out. */
export function renderBlocks(blocks: readonly Block[], room = Number.POSITIVE_INFINITY): string {
  const parts: string[] = [];
  let left = room;
  for (const block of blocks) {
    const part = renderBlock(block, left);
    if (part === "") continue;
    parts.push(part);
    left -= part.length + SEPARATOR.length;
  }
  return parts.join(SEPARATOR);
}

const SEPARATOR = "\n\n";

function whole(markdown: string, room: number): string {
  return markdown.length <= room ? markdown : "";
}

/** `head` lines, then as many of `lines` as fit with the closing words about the others; `""` when not one fits. */
function linesThatFit(head: readonly string[], lines: readonly string[], room: number, more: (left: number) => string): string {
  let size = head.reduce((sum, line) => sum + line.length + 1, 0) - 1;
  const whole = lines.reduce((sum, line) => sum + line.length + 1, size);
  if (whole <= room) return [...head, ...lines].join("\n");
  let count = 0;
  for (const line of lines) {
    if (size + 1 + line.length + more(lines.length).length > room) break;
    size += 1 + line.length;
    count++;
  }
  return count === 0 ? "" : [...head, ...lines.slice(0, count)].join("\n") + more(lines.length - count);
}

function list(items: readonly string[], room: number): string {
  return linesThatFit(
    [],
    items.map((item) => `- ${item}`),
    room,
    (left) => `\n- … and ${left} more`,
  );
}

function table(block: Extract<Block, { kind: "table" }>, room: number): string {
  const lines = markdownTable([block.header, ...block.rows], { align: [...block.align], alignDelimiters: false }).split("\n");
  return linesThatFit(lines.slice(0, 2), lines.slice(2), room, (left) => `\n\n… and ${left} more rows`);
}

function fence(language: string, body: string): string {
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map((run) => run[0].length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}${language}\n${body}\n${ticks}`;
}

function details(block: Extract<Block, { kind: "details" }>, room: number): string {
  const head = `<details${block.open ? " open" : ""}><summary>${block.summary}</summary>\n\n`;
  const tail = "\n\n</details>";
  const body = renderBlocks(block.blocks, room - head.length - tail.length);
  return body === "" ? "" : head + body + tail;
}
