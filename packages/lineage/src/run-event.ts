import { digestSchema, timeSchema } from "@modelyard/content";
import { z } from "zod";
import { datasetRefSchema } from "./dataset-ref.ts";

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const base = {
  format: z.literal(1),
  run: z.string(),
  seq: z.int().positive(),
  time: timeSchema,
  /** Makes the record differ from every other, so that its writer knows it again after a lost reply. */
  id: z.string().optional(),
};

export const artifactSchema = z.strictObject({
  name: z.string(),
  role: z.enum(["model", "signature", "golden", "metrics", "artifact"]),
  digest: digestSchema,
  size: z.int().min(0),
});
export type Artifact = z.infer<typeof artifactSchema>;

/** What a run had: processor model, logical cores, bytes of memory, accelerators. */
export const hardwareSchema = z.object({
  cpu: z.string(),
  cores: z.int(),
  memoryBytes: z.int(),
  gpus: z.array(z.object({ name: z.string(), memoryBytes: z.int(), driver: z.string() })),
});
export type Hardware = z.infer<typeof hardwareSchema>;

/** Events of one run, `runs/<run>/<seq>.json`; the record is derived from them. */
export const runEventSchema = z.discriminatedUnion("type", [
  z.object({
    ...base,
    type: z.literal("started"),
    model: z.string().optional(),
    commit: z.string().optional(),
    repository: z.string().optional(),
    workflowRun: z.string().optional(),
    dataset: datasetRefSchema.optional(),
    parameters: z.record(z.string(), z.unknown()),
    environment: z.record(z.string(), z.string()),
    hardware: hardwareSchema,
  }),
  z.object({
    ...base,
    type: z.literal("progress"),
    step: z.number(),
    total: z.number().optional(),
    message: z.string().optional(),
    values: z.record(z.string(), z.number()).optional(),
  }),
  z.object({ ...base, type: z.literal("metrics"), values: z.record(z.string(), scalar) }),
  z.object({ ...base, type: z.literal("checkpoint"), step: z.number(), digest: digestSchema, size: z.int() }),
  z.object({ ...base, type: z.literal("artifact"), artifact: artifactSchema }),
  z.object({
    ...base,
    type: z.literal("finished"),
    outcome: z.enum(["succeeded", "failed", "cancelled"]),
    durationMs: z.number(),
    reason: z.string().optional(),
  }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;
export type RunEventType = RunEvent["type"];
