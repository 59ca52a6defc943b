import { digestSchema, timeSchema } from "@modelyard/content";
import { z } from "zod";

export const taskSchema = z.enum(["classification", "regression"]);
export type Task = z.infer<typeof taskSchema>;

const intervalSchema = z.strictObject({ low: z.number(), high: z.number(), level: z.number(), method: z.string() });
export type Interval = z.infer<typeof intervalSchema>;

export const metricSchema = z.strictObject({
  name: z.string(),
  value: z.number(),
  interval: intervalSchema.nullable(),
  direction: z.enum(["higher", "lower"]),
  n: z.int().min(0),
});
export type Metric = z.infer<typeof metricSchema>;

export const sliceSchema = z.strictObject({ name: z.string(), n: z.int().min(0), metrics: z.array(metricSchema) });
export type Slice = z.infer<typeof sliceSchema>;

/** What was scored: a model version, a model file (digest) or a predictions file. */
export const subjectSchema = z.strictObject({
  name: z.string().nullable(),
  version: z.int().positive().nullable(),
  run: z.string().nullable(),
  /** Digest of the model, or of the predictions file where there is no model. */
  digest: digestSchema,
  commit: z.string().nullable(),
});
export type Subject = z.infer<typeof subjectSchema>;

/** The metric document: how one model did on one split of one dataset version. */
export const metricDocumentSchema = z.strictObject({
  format: z.literal(1),
  kind: z.literal("metrics"),
  subject: subjectSchema,
  dataset: z.strictObject({ name: z.string(), version: z.int().positive().nullable(), digest: digestSchema }).nullable(),
  split: z.string().nullable(),
  task: taskSchema,
  n: z.int().min(0),
  metrics: z.array(metricSchema),
  slices: z.array(sliceSchema),
  /** Milliseconds a row in single-row calls, and rows a second in batches. Null for predictions files. */
  latency: z.strictObject({ p50Ms: z.number(), p95Ms: z.number(), p99Ms: z.number(), rowsPerSecond: z.number() }).nullable(),
  /** Classes in their order with the confusion counts [truth][prediction]; null for regression and for more than 50 classes. */
  confusion: z.strictObject({ labels: z.array(z.string()), counts: z.array(z.array(z.int())) }).nullable(),
  /** The per-example predictions (JSON lines), stored beside the document; `labels` names the class of each score. */
  predictions: z.strictObject({ digest: digestSchema, size: z.int(), rows: z.int(), labels: z.array(z.string()).nullable().optional() }),
  created: timeSchema,
});
export type MetricDocument = z.infer<typeof metricDocumentSchema>;

/** One line of stored predictions. `scores` are class probabilities in the order of the metric document's `predictions.labels`; null for regression and where there are none. */
export const predictionSchema = z.strictObject({
  id: z.string(),
  label: z.string().nullable(),
  prediction: z.string(),
  scores: z.array(z.number()).nullable(),
});
export type Prediction = z.infer<typeof predictionSchema>;

export const changeSchema = z.enum(["improved", "equivalent", "regressed", "inconclusive"]);
export type Change = z.infer<typeof changeSchema>;
export const verdictSchema = z.enum(["pass", "inconclusive", "error", "fail"]);
export type Verdict = z.infer<typeof verdictSchema>;

export const metricComparisonSchema = z.strictObject({
  name: z.string(),
  direction: z.enum(["higher", "lower"]),
  candidate: z.number(),
  baseline: z.number(),
  /** candidate - baseline, with the interval of the paired difference. */
  delta: z.number(),
  interval: intervalSchema.nullable(),
  margin: z.number(),
  change: changeSchema,
  n: z.int(),
});
export type MetricComparison = z.infer<typeof metricComparisonSchema>;

export const gateResultSchema = z.strictObject({
  metric: z.string(),
  slice: z.string().nullable(),
  rule: z.string(),
  verdict: verdictSchema,
  reason: z.string(),
});
export type GateResult = z.infer<typeof gateResultSchema>;

/** Candidate against baseline on the same examples, with the gates' verdicts. `baseline` null: there was none, and `baselineReason` says why. */
export const comparisonSchema = z.strictObject({
  format: z.literal(1),
  kind: z.literal("comparison"),
  candidate: metricDocumentSchema,
  baseline: metricDocumentSchema.nullable(),
  baselineReason: z.string(),
  n: z.int().min(0),
  metrics: z.array(metricComparisonSchema),
  slices: z.array(z.strictObject({ name: z.string(), n: z.int(), metrics: z.array(metricComparisonSchema) })),
  gates: z.array(gateResultSchema),
  verdict: verdictSchema,
  passed: z.boolean(),
  created: timeSchema,
});
export type Comparison = z.infer<typeof comparisonSchema>;
