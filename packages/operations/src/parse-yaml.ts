import { messageOf, userError } from "@modelyard/base";
import { parseDocument } from "yaml";

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
/** More aliases than a person writes; a few that refer to each other could otherwise multiply without bound. */
const MAX_ALIASES = 20;
/** Brackets that nobody writes in one file; unclosed ones cost the parser far more than their bytes. */
const MAX_BRACKETS = 2_000;
/** A text without controls but the tab and line ends; YAML itself allows the others only as escapes, and no key of ours wants them. */
const CONTROL = /[^\P{Cc}\t\n\r]/u;

/**
 * Strict YAML (core schema) for files that others write: one document without unknown tags, duplicate or prototype keys, or control characters. Throws
 * CONFIG_INVALID naming `path`.
 */
export function parseYaml(text: string, path: string): unknown {
  if ((text.match(/[[{]/g)?.length ?? 0) > MAX_BRACKETS) {
    throw userError("CONFIG_INVALID", `${path} has more than ${MAX_BRACKETS} opening brackets`, "write lists and maps one entry a line");
  }
  let value: unknown;
  try {
    const document = parseDocument(text, { uniqueKeys: true, schema: "core", logLevel: "error" });
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem !== undefined) throw problem;
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    throw userError("CONFIG_INVALID", `${path} is not valid YAML: ${messageOf(cause)}`, "correct the line named above", cause);
  }
  const problem = forbiddenIn(value, new Set());
  if (problem !== undefined) throw userError("CONFIG_INVALID", `${path}: ${problem}`, "take it out of the file");
  return value;
}

function forbiddenIn(value: unknown, seen: Set<object>): string | undefined {
  if (typeof value === "string")
    return CONTROL.test(value) ? `the text ${JSON.stringify(value.slice(0, 40))} holds a control character` : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  // An alias may give the same object twice, or inside itself.
  if (seen.has(value)) return undefined;
  seen.add(value);
  for (const [key, item] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) return `the key ${key} is not allowed`;
    const problem = forbiddenIn(key, seen) ?? forbiddenIn(item, seen);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
