import { z } from "zod";

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;
const named = <T extends z.ZodType>(entry: T) =>
  z.record(z.string().regex(NAME, "a name of letters, digits, '.', '_' or '-' expected"), entry);
const fraction = z.number().min(0).max(1);
const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

const datasetSchema = z.strictObject({
  path: z.string().optional(),
  "label-column": z.string().optional(),
  "key-column": z.string().optional(),
  "key-pattern": z.string().optional(),
  "id-column": z.string().optional(),
  examples: z.enum(["auto", "files", "rows"]).optional(),
  pointer: z.string().optional(),
  split: z.strictObject({ salt: z.string().optional(), test: fraction.optional(), validation: fraction.optional() }).optional(),
});

const gateSchema = z.strictObject({
  metric: z.string(),
  slice: z.string().optional(),
  require: z.enum(["improved", "not-regressed"]).optional(),
  margin: z.number().min(0).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
});

const planStepSchema = z.union([
  z.string(),
  z.number(),
  z.strictObject({
    percent: z.union([z.number(), z.literal("shadow")]),
    "min-samples": z.int().min(1).optional(),
    "min-time": z.string().optional(),
    "max-time": z.string().optional(),
  }),
]);

const modelSchema = z.strictObject({
  dataset: z.string().optional(),
  train: z
    .strictObject({
      workflow: z.string().optional(),
      ref: z.string().optional(),
      "runs-on": z.array(z.string()).optional(),
      parameters: parameters.optional(),
      "min-new-examples": z.int().min(0).optional(),
      timeout: z.string().optional(),
    })
    .optional(),
  evaluate: z
    .strictObject({
      split: z.enum(["train", "validation", "test", "all"]).optional(),
      baseline: z.string().optional(),
      require: z.enum(["improved", "not-regressed"]).optional(),
      metric: z.string().optional(),
      margin: z.number().min(0).optional(),
      gates: z.array(gateSchema).optional(),
      slices: z.array(z.string()).optional(),
      "batch-size": z.int().min(1).optional(),
    })
    .optional(),
  image: z.strictObject({ base: z.string().optional(), output: z.string().optional() }).optional(),
  promote: z
    .strictObject({
      target: z.enum(["gateway", "kubernetes", "swarm", "kserve"]).optional(),
      plan: z.array(planStepSchema).optional(),
      "min-samples": z.int().min(1).optional(),
      "min-time": z.string().optional(),
      "max-time": z.string().optional(),
      alpha: z.number().positive().max(0.5).optional(),
      "max-disagreement": fraction.optional(),
      "latency-budget": z.string().optional(),
      environment: z.string().optional(),
    })
    .optional(),
  monitor: z
    .strictObject({
      window: z.string().optional(),
      "min-rows": z.int().min(1).optional(),
      psi: z.number().positive().optional(),
      alpha: z.number().positive().max(0.5).optional(),
      share: fraction.optional(),
      labels: z.array(z.string()).optional(),
    })
    .optional(),
});

/** `modelyard.yml`: the yard, datasets and models of a repository, keyed by name. */
export const configSchema = z.strictObject({
  yard: z.string().optional(),
  "yard-endpoint": z.string().optional(),
  datasets: named(datasetSchema).optional(),
  models: named(modelSchema).optional(),
});
export type Config = z.infer<typeof configSchema>;
