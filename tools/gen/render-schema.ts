import { z } from "zod";
import type { PublishedSchema } from "./schemas.ts";

const CHECK = {
  type: "string",
  pattern: "^sha256:[0-9a-f]{64}$",
  description: "Checksum of the record under its key; see docs/store-format.md",
};

/** The JSON Schema (draft 2020-12) of a document as it is written to disk. */
export function renderSchema(published: PublishedSchema): string {
  const { $schema, ...rest } = z.toJSONSchema(published.schema, { io: "input", target: "draft-2020-12" });
  const schema = published.isRecord ? withCheck(rest) : rest;
  return `${JSON.stringify({ $schema, title: published.title, ...schema }, null, 2)}\n`;
}

/** The schema of a record with the member that the store adds, in each of its alternatives. */
function withCheck(schema: z.core.JSONSchema.BaseSchema): z.core.JSONSchema.BaseSchema {
  if (schema.oneOf !== undefined) return { ...schema, oneOf: schema.oneOf.map((one) => withCheck(one as z.core.JSONSchema.BaseSchema)) };
  return {
    ...schema,
    properties: { ...schema.properties, check: CHECK },
    required: [...(schema.required ?? []), "check"],
  } as z.core.JSONSchema.BaseSchema;
}
