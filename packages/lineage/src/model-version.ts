import { digestSchema, timeSchema } from "@modelyard/content";
import { z } from "zod";
import { datasetRefSchema } from "./dataset-ref.ts";

/** A blob and its length in bytes. */
export const blobRefSchema = z.strictObject({ digest: digestSchema, size: z.int().min(0) });

/** `models/<name>/versions/<n>.json`: the immutable record of one model version. */
export const modelVersionSchema = z.strictObject({
  format: z.literal(1),
  kind: z.literal("model-version"),
  name: z.string(),
  version: z.int().positive(),
  created: timeSchema,
  /** Digest of the canonical JSON of what identifies the version: model, signature, golden, run, dataset. */
  digest: digestSchema,
  model: blobRefSchema,
  signature: blobRefSchema,
  golden: blobRefSchema.nullable(),
  run: z.string().nullable(),
  dataset: datasetRefSchema.nullable(),
  /** The stored metric document, and its headline values for lists. */
  metrics: blobRefSchema.nullable(),
  headline: z.record(z.string(), z.number()),
  commit: z.string().nullable(),
});
export type BlobRef = z.infer<typeof blobRefSchema>;
export type ModelVersion = z.infer<typeof modelVersionSchema>;

/** What is learnt of a version after it was made (image, scan): `models/<name>/attachments/<version>/<seq>.json`. */
export const attachmentSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    format: z.literal(1),
    seq: z.int().positive(),
    kind: z.literal("image"),
    time: timeSchema,
    reference: z.string(),
    digest: digestSchema,
    size: z.int(),
  }),
  z.strictObject({
    format: z.literal(1),
    seq: z.int().positive(),
    kind: z.literal("scan"),
    time: timeSchema,
    verdict: z.enum(["clean", "refused"]),
    report: digestSchema,
  }),
]);
export type Attachment = z.infer<typeof attachmentSchema>;

export const stageSchema = z.enum(["staging", "production", "shadow", "archived"]);
/** A named pointer of a model. */
export type Stage = z.infer<typeof stageSchema>;

/** One change of a stage, `models/<name>/aliases/<stage>/<seq>.json`; the highest sequence is the value, the rest its history. */
export const stageEventSchema = z.strictObject({
  format: z.literal(1),
  seq: z.int().positive(),
  time: timeSchema,
  /** Makes the record differ from every other, so that its writer knows it again after a lost reply. */
  id: z.string().optional(),
  stage: stageSchema,
  /** Version that the stage now names; null when it names none. */
  version: z.int().positive().nullable(),
  previous: z.int().positive().nullable(),
  /** Who moved it: `promote`, `rollback`, `register`. */
  by: z.string(),
  rollout: z.string().nullable(),
  reason: z.string(),
});
export type StageEvent = z.infer<typeof stageEventSchema>;
