import { userError } from "@modelyard/base";
import { DEFAULT_LEVEL } from "./change.ts";
import type { MetricDocument } from "./document.ts";
import type { ClassificationTable, ExampleTable } from "./example-table.ts";
import { type IntervalOptions, metricValues } from "./metric-values.ts";
import { drawsOfSlice } from "./resampling.ts";
import { sliceMetrics } from "./slice-metrics.ts";
import type { SliceRows } from "./slice-plan.ts";

/** Classes up to which the confusion counts are kept: past it the square table says little and grows large. */
const MAX_CONFUSION = 50;

/** What a document holds besides its numbers. */
export type DocumentIdentity = Pick<MetricDocument, "subject" | "dataset" | "split" | "latency" | "predictions" | "created">;

/** The metric document of a table. Throws EVALUATE_EMPTY when there is no example. */
export function metricDocument(
  identity: DocumentIdentity,
  table: ExampleTable,
  slices: readonly SliceRows[],
  options: Pick<IntervalOptions, "random"> & { readonly level?: number | undefined },
): MetricDocument {
  const n = table.truth.length;
  if (n === 0) throw userError("EVALUATE_EMPTY", "there is no example to evaluate", "choose a split that has examples, or push more data");
  const intervals: IntervalOptions = { level: options.level ?? DEFAULT_LEVEL, random: options.random };
  return {
    format: 1,
    kind: "metrics",
    ...identity,
    task: table.task,
    n,
    metrics: metricValues(table, intervals),
    slices: slices.map((slice) => sliceMetrics(table, slice, { ...intervals, draws: drawsOfSlice(slices.length) })),
    confusion: table.task === "classification" ? confusionOf(table) : null,
  };
}

function confusionOf({ labels, truth, predicted }: ClassificationTable): MetricDocument["confusion"] {
  if (labels.length > MAX_CONFUSION) return null;
  const counts = labels.map(() => new Array<number>(labels.length).fill(0));
  for (let i = 0; i < truth.length; i++) counts[truth[i]!]![predicted[i]!]!++;
  return { labels: [...labels], counts };
}

/** Values by name for lists and outputs. */
export function headlineOf(document: Pick<MetricDocument, "metrics">): Record<string, number> {
  return Object.fromEntries(document.metrics.map((metric) => [metric.name, metric.value]));
}
