import { meanAndVariance, studentQuantile, wilson } from "@modelyard/stats";
import { rowLosses } from "./classification-scorer.ts";
import type { Metric, Slice } from "./document.ts";
import { type ClassificationTable, type ExampleTable, takeRows } from "./example-table.ts";
import { type IntervalOptions, metricValues } from "./metric-values.ts";
import type { SliceRows } from "./slice-plan.ts";

/** Examples below which a slice is listed but not measured: Wilson's interval of a rate is then wider than 0.4. */
export const MIN_SLICE = 20;

/** A slice of the document: all metrics of its rows; of a class its recall (as accuracy), precision and log loss; none below `MIN_SLICE` rows. */
export function sliceMetrics(table: ExampleTable, slice: SliceRows, options: IntervalOptions): Slice {
  const n = slice.rows.length;
  if (n < MIN_SLICE) return { name: slice.name, n, metrics: [] };
  if (slice.byClass && table.task === "classification")
    return { name: slice.name, n, metrics: classMetrics(table, slice.rows, options.level) };
  return { name: slice.name, n, metrics: metricValues(takeRows(table, slice.rows), options) };
}

function classMetrics(table: ClassificationTable, rows: Uint32Array, level: number): Metric[] {
  const { truth, predicted, scores } = table;
  const k = truth[rows[0]!]!;
  const n = rows.length;
  const hits = rows.reduce((sum, row) => sum + (predicted[row] === k ? 1 : 0), 0);
  const guesses = predicted.reduce((sum, p) => sum + (p === k ? 1 : 0), 0);
  const metrics: Metric[] = [rate("accuracy", hits, n, level)];
  if (guesses > 0) metrics.push(rate("precision", hits, guesses, level));
  if (scores !== null) {
    const own = takeRows(table, rows);
    metrics.push(meanMetric("log-loss", rowLosses(own.truth, own.scores!), level));
  }
  return metrics;
}

function rate(name: string, successes: number, trials: number, level: number): Metric {
  return {
    name,
    value: successes / trials,
    interval: { ...wilson(successes, trials, level), level, method: "Wilson" },
    direction: "higher",
    n: trials,
  };
}

function meanMetric(name: string, values: Float64Array, level: number): Metric {
  const { mean, variance } = meanAndVariance(values);
  const half = studentQuantile((1 + level) / 2, values.length - 1) * Math.sqrt(variance / values.length);
  return {
    name,
    value: mean,
    interval: { low: Math.max(0, mean - half), high: mean + half, level, method: "Student t" },
    direction: "lower",
    n: values.length,
  };
}
