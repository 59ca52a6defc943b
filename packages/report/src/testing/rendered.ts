import { marked } from "marked";

/** Elements that a report of ours may hold after rendering. */
const ALLOWED = new Set(
  "p h1 h2 h3 h4 h5 h6 table thead tbody tr th td code pre details summary b strong em blockquote ul ol li sub br hr span a".split(" "),
);

export interface Rendered {
  readonly html: string;
  readonly forbidden: readonly string[];
  /** Text outside code, pre and links: where GitHub looks for mentions and references. */
  readonly prose: string;
  readonly links: readonly string[];
  /** Cells of each table row, in order. */
  readonly rowWidths: readonly number[];
  /** Elements opened and not closed, or closed and not opened. */
  readonly unbalanced: readonly string[];
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

function decode(text: string): string {
  return text.replace(
    /&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
    (all, dec: string | undefined, hex: string | undefined, name: string | undefined) => {
      if (dec !== undefined) return String.fromCodePoint(Number(dec));
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      return NAMED[name ?? ""] ?? all;
    },
  );
}

/** Renders GitHub-flavoured markdown and takes the result apart without a browser. */
export function renderMarkdown(markdown: string): Rendered {
  const html = marked.parse(markdown, { gfm: true, async: false });
  const withoutComments = html.replace(/<!--[\s\S]*?-->/g, "");
  const open: string[] = [];
  const state = { forbidden: [] as string[], links: [] as string[], rowWidths: [] as number[], unbalanced: [] as string[], prose: "" };
  for (const token of withoutComments.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9-]*)([^>]*)>|([^<]+)|</g)) {
    const [all, slash, rawName, attributes, text] = token;
    if (rawName === undefined) {
      if (!open.some((name) => name === "code" || name === "pre" || name === "a")) state.prose += decode(text ?? all);
      continue;
    }
    const name = rawName.toLowerCase();
    // Names of attributes; what stands in quotes is a value, whatever it looks like.
    const names = (attributes ?? "").replace(/"[^"]*"/g, '""');
    if (!ALLOWED.has(name) || /\bon\w+\s*=|style\s*=|src\s*=/i.test(names)) state.forbidden.push(all);
    if (slash === "/") {
      if (open.pop() !== name) state.unbalanced.push(all);
      continue;
    }
    if (name === "a") state.links.push(decode(/href="([^"]*)"/.exec(attributes ?? "")?.[1] ?? ""));
    if (name === "tr") state.rowWidths.push(0);
    if (name === "td" || name === "th") state.rowWidths[state.rowWidths.length - 1]! += 1;
    if (name !== "br" && name !== "hr") open.push(name);
  }
  return { html, ...state, unbalanced: [...state.unbalanced, ...open] };
}

/** What GitHub would link in prose: mentions, references, commits, addresses. Empty when the text is inert. */
export function activeText(prose: string): string[] {
  const patterns = [
    /(?:^|[^\w/`])@[a-z0-9][\w-]*/gi,
    /[\w.-]+@[\w-]+\.[\w.-]+/g,
    /#\d+/g,
    /\bgh-\d+/gi,
    /(?<![\w])[0-9a-f]{7,40}(?![\w])/gi,
    /\b(?:https?|ftp):\/\/\S+/gi,
    /\bwww\.\S+/gi,
    /\b(?:mailto|xmpp):\w\S*@/gi,
    /:[a-z0-9+_-]+:/gi,
    /[\u202A-\u202E\u2066-\u2069\u200C-\u200F\uFEFF\u2028\u2029\u00AD\p{Cs}]/gu,
  ];
  return patterns.flatMap((pattern) => [...prose.matchAll(pattern)].map((match) => match[0]));
}
