import { cutText } from "./cut-text.ts";
import { visibleText } from "./visible-text.ts";

/** Longest text of one table cell or name; a report is read by people. */
export const CELL_LIMIT = 120;
/** Longest reason or message inside a report. */
export const REASON_LIMIT = 500;

/** Breaks what GitHub links after the markdown is rendered (mentions, references), where an entity would not: it is text again by then. */
const BREAK = "&#8203;";
/** GitHub links a commit at 7 to 40 hex digits. */
const HEX_PIECE = 6;

const ENTITY: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  $: "<span>$</span>",
  "@": `@${BREAK}`,
  "#": `#${BREAK}`,
};
const ALWAYS = /[&<>"'\\`*~[\](){}|!$@#^]/g;

/**
 * Text from anywhere as inert GitHub-flavoured markdown for headings, table cells and running text: one line, no element, link, image, mention,
 * issue or commit reference, emoji or formula; hidden characters are spelt out; cut to `limit` characters before escaping.
 */
export function escapeText(text: string, limit = CELL_LIMIT): string {
  const [first = "", ...rest] = visibleText(cutText(text, limit)).trim().split(/\s+/);
  return [escapeLineStart(escapeWord(first)), ...rest.map(escapeWord)].join(" ");
}

function escapeWord(word: string): string {
  return breakLinks(breakCommits(word)).split(BREAK_MARK).map(escapePiece).join(BREAK);
}

/** Signs that begin a list, a rule or an underlined heading at the start of a line. */
function escapeLineStart(word: string): string {
  return word.replace(/^[-+=]+/, (run) => [...run].map((c) => `&#${c.charCodeAt(0)};`).join("")).replace(/^(\d+)\.$/, "$1&#46;");
}

/** Stands for a break while entities are made; it cannot come from outside, since `visibleText` spells it out. */
const BREAK_MARK = "\u0001";

/** `www.`, `scheme:`, `GH-1`, `:emoji:`. */
function breakLinks(text: string): string {
  return text
    .replace(/(www)(?=\.)/gi, `$1${BREAK_MARK}`)
    .replace(/:(?=[/\p{L}\p{N}+_-])/gu, `:${BREAK_MARK}`)
    .replace(/(gh-)(?=\d)/gi, `$1${BREAK_MARK}`);
}

function breakCommits(text: string): string {
  return text.replace(/(?<![A-Za-z0-9])[0-9a-fA-F]{7,}(?![A-Za-z0-9])/g, (run) => {
    const pieces: string[] = [];
    for (let at = 0; at < run.length; at += HEX_PIECE) pieces.push(run.slice(at, at + HEX_PIECE));
    // After the last piece too: the report may go on with a digit.
    return `${pieces.join(BREAK_MARK)}${BREAK_MARK}`;
  });
}

function escapePiece(piece: string): string {
  return piece.replace(ALWAYS, (c) => ENTITY[c] ?? `&#${c.charCodeAt(0)};`).replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "&#95;");
}

/** A name or digest as code, where GitHub links nothing: a backtick span when that is plain, else a code element with everything escaped. */
export function codeText(text: string, limit = CELL_LIMIT): string {
  const shown = visibleText(cutText(text, limit));
  if (/^[\p{L}\p{N}._:/@+=,% -]+$/u.test(shown) && shown.trim() === shown) return `\`${shown}\``;
  return codeElement(shown, Number.POSITIVE_INFINITY);
}

/** The same as an element in every case, for a `<summary>`, where no markdown is read. */
export function codeElement(text: string, limit = CELL_LIMIT): string {
  return `<code>${escapeText(text, limit)}</code>`;
}

/** A link when `url` is plain http(s), else the label alone. The label is escaped; `url` is percent-encoded where markdown would read it. */
export function linkText(label: string, url: string | undefined): string {
  const safe = url === undefined ? undefined : safeUrl(url);
  return safe === undefined ? escapeText(label) : `[${escapeText(label)}](${safe.replaceAll("&", "&amp;")})`;
}

/** The http(s) address with every character outside RFC 3986 and every one that ends a markdown link percent-encoded; undefined for anything else. */
export function safeUrl(url: string): string | undefined {
  if (url.length > 2_000 || !/^https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#]|$)/.test(url)) return undefined;
  return url
    .toWellFormed()
    .replace(/[^A-Za-z0-9\-._~:/?#@!$&+,;=%]/gu, (c) =>
      encodeURIComponent(c).replace(/[()'*]/g, (x) => `%${x.charCodeAt(0).toString(16)}`),
    );
}

/** A fenced block of text from outside: the fence is longer than any inside, comment openings are broken so that no marker can be forged. */
export function fencedText(text: string, language = "", limit = 20_000): string {
  const body = cutText(text.toWellFormed(), limit)
    .split(/\r\n|\r|\n/)
    .map((line) => visibleText(line.replaceAll("\t", "  ")))
    .join("\n")
    .replaceAll("<!--", "<!\u2010-");
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${body}\n${fence}`;
}
