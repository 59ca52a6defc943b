import { digestSchema, timeSchema } from "@modelyard/content";
import { z } from "zod";

const numericSchema = z.strictObject({
  name: z.string(),
  kind: z.literal("numeric"),
  n: z.int().min(0),
  missing: z.int().min(0),
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  std: z.number(),
  /** Values at evenly spaced probabilities 0, 1/(k-1), ..., 1; k is 101 (fewer when there are fewer rows). */
  quantiles: z.array(z.number()),
  /** Exact counts by value when there are at most 64 distinct values; null otherwise. */
  counts: z.array(z.tuple([z.number(), z.int()])).nullable(),
});
const categorySchema = z.strictObject({
  name: z.string(),
  kind: z.literal("category"),
  n: z.int().min(0),
  missing: z.int().min(0),
  /** The most frequent 256 values, most frequent first. */
  counts: z.array(z.tuple([z.string(), z.int()])),
  /** Rows whose value is not among them. */
  other: z.int().min(0),
});
export const columnProfileSchema = z.discriminatedUnion("kind", [numericSchema, categorySchema]);
export type ColumnProfile = z.infer<typeof columnProfileSchema>;

/** Reference profile of a table: rows, columns, classes. Computed at dataset-push over all rows and over the training split. */
export const profileSchema = z.strictObject({
  format: z.literal(1),
  kind: z.literal("profile"),
  rows: z.int().min(0),
  columns: z.array(columnProfileSchema),
  /** The label column and its classes, most frequent first; null when none is declared. */
  label: z.strictObject({ column: z.string(), classes: z.array(z.tuple([z.string(), z.int()])) }).nullable(),
});
export type Profile = z.infer<typeof profileSchema>;

const columnDriftSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(["numeric", "category", "label"]),
  n: z.int(),
  psi: z.number().nullable(),
  /** Distance and p-value: Kolmogorov-Smirnov for numeric, chi-squared (Cramer's V) for category and label. */
  test: z.strictObject({ name: z.enum(["ks", "chi2"]), distance: z.number(), p: z.number(), threshold: z.number() }).nullable(),
  verdict: z.enum(["drifted", "stable", "insufficient"]),
  reason: z.string(),
});
export type ColumnDrift = z.infer<typeof columnDriftSchema>;

/** Production window against the training profile. */
export const driftReportSchema = z.strictObject({
  format: z.literal(1),
  kind: z.literal("drift"),
  model: z.string(),
  version: z.int().positive(),
  reference: z.strictObject({ dataset: z.string(), version: z.int(), digest: digestSchema, rows: z.int() }),
  window: z.strictObject({ from: timeSchema, to: timeSchema, requests: z.int(), rows: z.int(), errors: z.int() }),
  columns: z.array(columnDriftSchema),
  labels: columnDriftSchema.nullable(),
  drifted: z.boolean(),
  verdict: z.enum(["drifted", "stable", "insufficient"]),
  retrain: z.boolean(),
  reasons: z.array(z.string()),
  created: timeSchema,
});
export type DriftReport = z.infer<typeof driftReportSchema>;
