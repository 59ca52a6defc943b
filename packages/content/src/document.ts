import { type Digest, fromUtf8, isDigest, parseJson, userError } from "@modelyard/base";
import { z } from "zod";
import { schemaProblems } from "./schema-problems.ts";

/** Zod type of a digest. */
export const digestSchema = z
  .string()
  .refine((text): text is Digest => isDigest(text), "sha256: and 64 hex digits expected") as unknown as z.ZodType<Digest, Digest>;

/** RFC 3339 time in UTC. */
export const timeSchema = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/, "an RFC 3339 time in UTC expected");

/**
 * Parses a document others may have written: strict JSON, then its schema. Throws JSON_INVALID or DOCUMENT_INVALID, naming `what` and the first
 * wrong fields.
 */
export function parseDocument<T>(schema: z.ZodType<T>, bytes: Uint8Array | string, what: string): T {
  let text: string;
  try {
    text = typeof bytes === "string" ? bytes : fromUtf8(bytes);
  } catch (cause) {
    throw userError("JSON_INVALID", `${what} is not UTF-8 text`, "write the file again with a JSON encoder", cause);
  }
  return checkDocument(schema, parseJson(text, what), what);
}

/** Checks plain data against a schema. Throws DOCUMENT_INVALID; FORMAT_TOO_NEW when its `format` is above what this release knows. */
export function checkDocument<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format > 1) {
    throw userError("FORMAT_TOO_NEW", `${what} has format ${format}; this release reads format 1`, "use a newer release of Modelyard");
  }
  throw userError(
    "DOCUMENT_INVALID",
    `${what} is not as expected: ${schemaProblems(result.error).join("; ")}`,
    "compare it with the JSON Schema in schemas/",
  );
}
