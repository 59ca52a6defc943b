import { userError } from "./errors.ts";

/** Depth no honest document of ours reaches; a deeper one is an attack on the stack. */
const MAX_DEPTH = 128;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Strict JSON (RFC 8259) for text that others wrote: refuses duplicate keys, `__proto__` and its kin, numbers that overflow to
 * infinity, nesting past 128 and lone surrogates. Throws JSON_INVALID naming `what` and the position.
 */
export function parseJson(text: string, what: string): Json {
  const parser = new Parser(text, what);
  return parser.document();
}

class Parser {
  private at = 0;
  private readonly text: string;
  private readonly what: string;

  constructor(text: string, what: string) {
    this.text = text;
    this.what = what;
  }

  document(): Json {
    this.space();
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) this.fail("text after the end");
    return value;
  }

  private fail(problem: string): never {
    throw userError(
      "JSON_INVALID",
      `${this.what} is not valid JSON: ${problem} at character ${this.at}`,
      "write the file again with a JSON encoder",
    );
  }

  private space(): void {
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      this.at++;
    }
  }

  private value(depth: number): Json {
    if (depth > MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH}`);
    const c = this.text[this.at];
    if (c === "{") return this.object(depth);
    if (c === "[") return this.array(depth);
    if (c === '"') return this.string();
    if (c === "t") return this.word("true", true);
    if (c === "f") return this.word("false", false);
    if (c === "n") return this.word("null", null);
    return this.number();
  }

  private word<T extends Json>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.fail("unknown word");
    this.at += word.length;
    return value;
  }

  private number(): number {
    const pattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) this.fail("a value was expected");
    const value = Number(match[0]);
    if (!Number.isFinite(value)) this.fail("a number too large");
    this.at += match[0].length;
    return value;
  }

  private string(): string {
    const start = this.at;
    let end = start + 1;
    for (;;) {
      const c = this.text.charCodeAt(end);
      if (Number.isNaN(c)) this.fail("a text without its end");
      if (c === 0x22) break;
      if (c < 0x20) this.fail("a control character in a text");
      end += c === 0x5c ? 2 : 1;
    }
    let value: string;
    try {
      value = JSON.parse(this.text.slice(start, end + 1)) as string;
    } catch {
      this.fail("a bad escape");
    }
    if (!value.isWellFormed()) this.fail("a lone surrogate");
    this.at = end + 1;
    return value;
  }

  private array(depth: number): Json[] {
    this.at++;
    const items: Json[] = [];
    this.space();
    if (this.text[this.at] === "]") {
      this.at++;
      return items;
    }
    for (;;) {
      this.space();
      items.push(this.value(depth + 1));
      this.space();
      const c = this.text[this.at++];
      if (c === "]") return items;
      if (c !== ",") this.fail("',' or ']' was expected");
    }
  }

  private object(depth: number): { [key: string]: Json } {
    this.at++;
    const result: { [key: string]: Json } = {};
    this.space();
    if (this.text[this.at] === "}") {
      this.at++;
      return result;
    }
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') this.fail("a key in quotes was expected");
      const key = this.string();
      if (FORBIDDEN_KEYS.has(key)) this.fail(`the key "${key}" is not allowed`);
      if (Object.hasOwn(result, key)) this.fail(`the key "${key.slice(0, 50)}" twice`);
      this.space();
      if (this.text[this.at++] !== ":") this.fail("':' was expected");
      this.space();
      result[key] = this.value(depth + 1);
      this.space();
      const c = this.text[this.at++];
      if (c === "}") return result;
      if (c !== ",") this.fail("',' or '}' was expected");
    }
  }
}
