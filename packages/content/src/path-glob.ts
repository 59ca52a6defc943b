import { compileMatcher } from "./linear-pattern.ts";

/** Which paths a `path` input selects. */
export interface PathSelection {
  /** Every selected path starts with this text, so that only its pages are read. */
  readonly prefix: string;
  selects(path: string): boolean;
}

const WILD = /[*?{]/;

/** Selects one file, everything below a directory, or a glob: `*` and `?` within a name, `**` across names, `{a,b}`. Throws PATTERN_INVALID. */
export function parsePathSelection(text: string): PathSelection {
  const trimmed = text.replace(/^\.\//, "").replace(/\/+$/, "");
  const wild = WILD.exec(trimmed);
  if (wild === null) {
    return { prefix: trimmed, selects: (path) => path === trimmed || path.startsWith(`${trimmed}/`) };
  }
  const matcher = compileMatcher(`^${globSource(trimmed)}$`);
  return { prefix: trimmed.slice(0, wild.index), selects: (path) => matcher.matches(path) };
}

function globSource(glob: string): string {
  return glob
    .replace(/[.+^$()|[\]\\]/g, "\\$&")
    .replace(/\{[^{}]*\}/g, (list) => `(?:${list.slice(1, -1).replaceAll(",", "|")})`)
    .replace(/\*\*\/|\*\*|\*|\?(?!:)/g, (wild) => ({ "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*" })[wild] ?? "[^/]");
}
