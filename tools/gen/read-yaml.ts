import { readFileSync } from "node:fs";
import { messageOf } from "@modelyard/base";
import { parse } from "yaml";
import type { z } from "zod";

export type ReadResult<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** Reads a YAML file through a schema; every difference from the schema is a problem that names the file and the key. */
export function readYaml<T>(path: string, name: string, schema: z.ZodType<T>): ReadResult<T> {
  let value: unknown;
  try {
    value = parse(readFileSync(path, "utf8"), { uniqueKeys: true });
  } catch (error) {
    return { kind: "problems", problems: [`${name}: ${messageOf(error)}`] };
  }
  const result = schema.safeParse(value);
  if (result.success) return { kind: "value", value: result.data };
  return {
    kind: "problems",
    problems: result.error.issues.map((issue) => `${name}: ${issue.path.join(".") || "(top)"}: ${issue.message}`),
  };
}
