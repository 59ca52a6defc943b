import { isName } from "@modelyard/base";
import { digestSchema, splitRuleSchema, timeSchema } from "@modelyard/content";
import { z } from "zod";

const count = z.int().min(0);

export const exampleCountsSchema = z.strictObject({ total: count, train: count, validation: count, test: count });
/** Examples of a version, by split. */
export type ExampleCounts = z.infer<typeof exampleCountsSchema>;

export const columnSchema = z.strictObject({ name: z.string(), type: z.enum(["number", "text"]) });
/** A column of a dataset's tables and what its values are. */
export type Column = z.infer<typeof columnSchema>;

/** `datasets/<name>/versions/<n>.json`: the immutable record of one dataset version; the commit point of a push. */
export const datasetVersionSchema = z.strictObject({
  format: z.literal(1),
  kind: z.literal("dataset-version"),
  name: z.string(),
  version: z.int().positive(),
  /** sha256 of the canonical JSON of `{format, splitRule, root}`: the content's name. */
  digest: digestSchema,
  /** Root page of the manifest. */
  manifest: digestSchema,
  splitRule: splitRuleSchema,
  files: count,
  bytes: count,
  /** What one example is: a file, or a row of a table. With rows, files that are no tables belong to every split. */
  exampleKind: z.enum(["files", "rows"]),
  examples: exampleCountsSchema,
  /** Profile of all rows, and of the rows of the training split (the reference of monitoring); null without tables. */
  profile: digestSchema.nullable(),
  trainProfile: digestSchema.nullable(),
  schema: z.array(columnSchema),
  table: z.strictObject({ labelColumn: z.string().nullable(), keyColumn: z.string().nullable(), header: z.boolean() }),
  parent: z.int().positive().nullable(),
  created: timeSchema,
  /** Identifier of the push that made it: two pushes of the same content in the same millisecond still know whose record was written. */
  push: z.string(),
  /** Source commit that pushed it. */
  commit: z.string().nullable(),
  /** Reserved for the index of packs. */
  storage: z.null(),
});
export type DatasetVersion = z.infer<typeof datasetVersionSchema>;

/** `<name>.dataset.json`: what a repository keeps of a version, small enough to review in a pull request. */
export const pointerSchema = z.strictObject({
  format: z.literal(1),
  name: z.string().refine(isName, "the name of a dataset expected"),
  version: z.int().positive(),
  digest: digestSchema,
  files: count,
  examples: exampleCountsSchema,
  bytes: count,
});
export type Pointer = z.infer<typeof pointerSchema>;
