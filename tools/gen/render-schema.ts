import { z } from "zod";
import type { PublishedSchema } from "./schemas.ts";

/** The JSON Schema (draft 2020-12) of a document as it is written to disk. */
export function renderSchema(published: PublishedSchema): string {
  const { $schema, ...rest } = z.toJSONSchema(published.schema, { io: "input", target: "draft-2020-12" });
  return `${JSON.stringify({ $schema, title: published.title, ...rest }, null, 2)}\n`;
}
