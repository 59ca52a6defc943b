/** What `${{ }}` may name, and the status of the job so far for `success()` and its kin. */
export interface ExpressionScope {
  readonly contexts: Readonly<Record<string, unknown>>;
  readonly status: "success" | "failure" | "cancelled";
}

type Token = { readonly kind: "name" | "text" | "number" | "sign"; readonly text: string };

/** Evaluates one expression: literals, paths, `!`, `==`, `!=`, `&&`, `||`, brackets, `toJSON`, `fromJSON`, `format`, `contains` and the status functions. Throws Error on anything else. */
export function evaluateExpression(source: string, scope: ExpressionScope): unknown {
  const tokens = tokenize(source);
  let at = 0;
  const peek = (): string | undefined => (tokens[at]?.kind === "text" ? undefined : tokens[at]?.text);
  const accept = (sign: string): boolean => {
    if (peek() !== sign) return false;
    at++;
    return true;
  };
  const expect = (sign: string): void => {
    if (!accept(sign)) throw new Error(`the expression "${source}" lacks "${sign}"`);
  };
  const or = (): unknown => {
    let left = and();
    while (accept("||")) {
      const right = and();
      left = isTrue(left) ? left : right;
    }
    return left;
  };
  const and = (): unknown => {
    let left = equality();
    while (accept("&&")) {
      const right = equality();
      left = isTrue(left) ? right : left;
    }
    return left;
  };
  const equality = (): unknown => {
    const left = unary();
    if (accept("==")) return isEqual(left, unary());
    if (accept("!=")) return !isEqual(left, unary());
    return left;
  };
  const unary = (): unknown => (accept("!") ? !isTrue(unary()) : path());
  const path = (): unknown => {
    let value = primary();
    for (;;) {
      if (accept(".")) value = member(value, tokens[at++]!.text);
      else if (accept("[")) {
        value = member(value, String(or()));
        expect("]");
      } else return value;
    }
  };
  const primary = (): unknown => {
    const token = tokens[at++];
    if (!token) throw new Error(`the expression "${source}" ends too early`);
    if (token.kind === "text") return token.text;
    if (token.kind === "number") return Number(token.text);
    if (token.text === "(") {
      const value = or();
      expect(")");
      return value;
    }
    if (token.kind === "sign") throw new Error(`the expression "${source}" has "${token.text}" where a value belongs`);
    if (accept("(")) {
      const args: unknown[] = [];
      while (!accept(")")) {
        if (args.length > 0) expect(",");
        args.push(or());
      }
      return callFunction(token.text, args, scope);
    }
    if (token.text === "true" || token.text === "false") return token.text === "true";
    if (token.text === "null") return null;
    if (!(token.text in scope.contexts))
      throw new Error(`the expression "${source}" names the context "${token.text}", which the fake runner does not have`);
    return scope.contexts[token.text];
  };
  const value = or();
  if (at < tokens.length) throw new Error(`the expression "${source}" has more than the fake runner understands`);
  return value;
}

/** Replaces every `${{ }}` in a text. */
export function interpolate(text: string, scope: ExpressionScope): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, source: string) => asText(evaluateExpression(source.trim(), scope)));
}

/** A step's or job's `if:`; without a status function it implies `success()`. */
export function isConditionMet(condition: string | undefined, scope: ExpressionScope): boolean {
  if (condition === undefined) return scope.status === "success";
  const source = condition.trim().replace(/^\$\{\{([\s\S]*)\}\}$/, "$1");
  const met = isTrue(evaluateExpression(source, scope));
  return /\b(?:always|failure|success|cancelled)\s*\(/.test(source) ? met : met && scope.status === "success";
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:(?<text>'(?:[^']|'')*')|(?<number>-?\d+(?:\.\d+)?)|(?<name>[A-Za-z_][\w-]*)|(?<sign>\|\||&&|==|!=|[!().,[\]]))/y;
  const end = source.trimEnd().length;
  while (pattern.lastIndex < end) {
    const before = pattern.lastIndex;
    const groups = pattern.exec(source)?.groups;
    if (!groups) throw new Error(`the expression "${source}" is not understood at character ${before}`);
    const [kind, text] = Object.entries(groups).find(([, found]) => found !== undefined) as [Token["kind"], string];
    tokens.push({ kind, text: kind === "text" ? text.slice(1, -1).replaceAll("''", "'") : text });
  }
  return tokens;
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return null;
  const found = Object.entries(value).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found?.[1] ?? null;
}

function callFunction(name: string, args: readonly unknown[], scope: ExpressionScope): unknown {
  switch (name.toLowerCase()) {
    case "always":
      return true;
    case "success":
      return scope.status === "success";
    case "failure":
      return scope.status === "failure";
    case "cancelled":
      return scope.status === "cancelled";
    case "tojson":
      return JSON.stringify(args[0], null, 2);
    case "fromjson":
      return JSON.parse(asText(args[0]));
    case "format":
      return asText(args[0]).replaceAll(/\{(\d+)\}/g, (_, index: string) => asText(args[Number(index) + 1]));
    case "contains":
      return Array.isArray(args[0])
        ? args[0].some((item) => isEqual(item, args[1]))
        : asText(args[0]).toLowerCase().includes(asText(args[1]).toLowerCase());
    default:
      throw new Error(`the fake runner has no function ${name}()`);
  }
}

const isTrue = (value: unknown): boolean => value !== false && value !== null && value !== undefined && value !== "" && value !== 0;
const isEqual = (a: unknown, b: unknown): boolean =>
  typeof a === "string" && typeof b === "string"
    ? a.toLowerCase() === b.toLowerCase()
    : typeof a === typeof b
      ? a === b
      : asText(a) === asText(b);

/** A value as `${{ }}` prints it. */
export function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
