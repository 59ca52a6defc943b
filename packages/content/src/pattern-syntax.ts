import { userError } from "@modelyard/base";

/** Syntax tree of a pattern. */
export type PatternNode =
  | { readonly kind: "char"; readonly test: (char: string) => boolean }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "group"; readonly body: PatternNode; readonly captures: boolean }
  | { readonly kind: "choice"; readonly options: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly body: PatternNode; readonly min: number; readonly max: number; readonly lazy: boolean };

/** A pattern people can still read. */
const MAX_SOURCE = 256;
/** Groups inside groups; parsing recurses. */
const MAX_NESTING = 20;
/** Largest count in {m,n}; each repetition is a copy of the body. */
const MAX_COUNT = 100;

const ESCAPE = /\\(?:x[0-9a-fA-F]{2}|u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|[pP]\{[A-Za-z_=0-9]{1,60}\}|[\s\S])/y;
const CLASS = /\[(?:\\[\s\S]|[^\\\]])*\]/y;
const COUNT = /\{\d{1,3}(?:,\d{0,3})?\}/y;

/** Parses the JavaScript regular expression syntax that can be matched in linear time. Throws PATTERN_INVALID. */
export function parsePattern(source: string): { readonly node: PatternNode; readonly groups: number } {
  if (source.length > MAX_SOURCE) refuse(source, `it is longer than ${MAX_SOURCE} characters`);
  try {
    new RegExp(source, "u");
  } catch {
    refuse(source, "it is not a regular expression");
  }
  const parser = new PatternParser(source);
  const node = parser.choice(0);
  return { node, groups: parser.groups };
}

function refuse(source: string, problem: string): never {
  throw userError(
    "PATTERN_INVALID",
    `the pattern "${source.slice(0, 100)}" cannot be used: ${problem}`,
    "write plain characters, classes, groups, |, *, +, ?, {m,n}, ^ and $, such as ^(patient-[0-9]+)/",
  );
}

class PatternParser {
  groups = 0;
  private at = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  /** Alternatives up to `)` or the end. */
  choice(depth: number): PatternNode {
    if (depth > MAX_NESTING) refuse(this.source, `its groups are nested deeper than ${MAX_NESTING}`);
    const options = [this.sequence(depth)];
    while (this.source[this.at] === "|") {
      this.at++;
      options.push(this.sequence(depth));
    }
    return options.length === 1 ? options[0]! : { kind: "choice", options };
  }

  private sequence(depth: number): PatternNode {
    const parts: PatternNode[] = [];
    while (this.at < this.source.length && this.source[this.at] !== "|" && this.source[this.at] !== ")")
      parts.push(this.repeated(this.atom(depth)));
    return { kind: "sequence", parts };
  }

  private atom(depth: number): PatternNode {
    const c = this.source[this.at]!;
    if (c === "(") return this.group(depth);
    if (c === "^" || c === "$") {
      this.at++;
      return { kind: c === "^" ? "start" : "end" };
    }
    if (c === "[") return this.oneOf(this.take(CLASS));
    if (c !== "\\") {
      const char = String.fromCodePoint(this.source.codePointAt(this.at)!);
      this.at += char.length;
      return c === "." ? this.oneOf(".") : { kind: "char", test: (other) => other === char };
    }
    const sequence = this.take(ESCAPE);
    if (/^\\[1-9bBk]/.test(sequence)) refuse(this.source, `${sequence} (a back-reference or word boundary) is not supported`);
    return this.oneOf(sequence);
  }

  private group(depth: number): PatternNode {
    this.at++;
    const captures = this.source[this.at] !== "?";
    if (!captures) {
      if (this.source[this.at + 1] !== ":") refuse(this.source, "look-around, named groups and flags in groups are not supported");
      this.at += 2;
    } else this.groups++;
    const body = this.choice(depth + 1);
    this.at++;
    return { kind: "group", body, captures };
  }

  private repeated(body: PatternNode): PatternNode {
    const c = this.source[this.at];
    let min = 0;
    let max = Number.POSITIVE_INFINITY;
    if (c === "{") [min, max] = this.count();
    else if (c === "*" || c === "+" || c === "?") {
      this.at++;
      if (c === "+") min = 1;
      if (c === "?") max = 1;
    } else return body;
    const lazy = this.source[this.at] === "?";
    if (lazy) this.at++;
    return { kind: "repeat", body, min, max, lazy };
  }

  private count(): [number, number] {
    const [low, high] = this.take(COUNT).slice(1, -1).split(",");
    const min = Number(low);
    const max = high === undefined ? min : high ? Number(high) : Number.POSITIVE_INFINITY;
    if (min > MAX_COUNT || (max > MAX_COUNT && max !== Number.POSITIVE_INFINITY))
      refuse(this.source, `a repeat count is above ${MAX_COUNT}`);
    return [min, max];
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.source);
    if (!match) refuse(this.source, `character ${this.at} is not supported`);
    this.at += match[0].length;
    return match[0];
  }

  /** A class, `.` or escape: JavaScript itself decides, on one character, which takes constant time. */
  private oneOf(text: string): PatternNode {
    const one = new RegExp(`^(?:${text})$`, "u");
    return { kind: "char", test: (char) => one.test(char) };
  }
}
