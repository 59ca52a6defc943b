import { defect, type Json } from "@modelyard/base";

/**
 * Canonical JSON (RFC 8785): keys sorted by UTF-16 code units, ECMAScript numbers, no white space; `undefined` members are left out.
 * Throws CANONICAL_JSON on what JSON cannot say (NaN, infinity, a lone surrogate, a function).
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case "boolean":
      return String(value);
    case "number":
      if (!Number.isFinite(value)) throw defect("CANONICAL_JSON", `${value} has no JSON form`);
      return JSON.stringify(value);
    case "string":
      if (!value.isWellFormed()) throw defect("CANONICAL_JSON", "a text with a lone surrogate has no JSON form");
      return JSON.stringify(value);
    case "object":
      return value === null ? "null" : Array.isArray(value) ? `[${value.map(canonicalJson).join(",")}]` : canonicalObject(value);
    default:
      throw defect("CANONICAL_JSON", `a ${typeof value} has no JSON form`);
  }
}

function canonicalObject(value: object): string {
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) members.push(`${canonicalJson(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(",")}}`;
}

export type { Json };
