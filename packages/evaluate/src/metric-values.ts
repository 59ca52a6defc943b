import type { Random } from "@modelyard/base";
import { wilson } from "@modelyard/stats";
import { areaInterval, tableArea } from "./auc.ts";
import { classificationScorer } from "./classification-scorer.ts";
import type { Interval, Metric } from "./document.ts";
import type { ClassificationTable, ExampleTable } from "./example-table.ts";
import { regressionScorer } from "./regression-scorer.ts";
import { resample, resampledInterval } from "./resampling.ts";
import { directionOf, type Scorer } from "./scorer.ts";
import { sizesOf, unmovedInterval } from "./small-samples.ts";

export interface IntervalOptions {
  /** Confidence of each interval, such as 0.95. */
  readonly level: number;
  readonly random: Random;
  /** Row draws that the bootstrap may spend; enough for 2,000 resamples of 10,000 rows when absent. */
  readonly draws?: number | undefined;
}

/** Metrics that cannot leave [0, 1]; the others are cut at 0 when lower is better. */
const UNIT: ReadonlySet<string> = new Set([
  "accuracy",
  "balanced-accuracy",
  "macro-f1",
  "weighted-f1",
  "macro-precision",
  "precision",
  "recall",
  "f1",
  "auc",
  "average-precision",
  "ece",
]);

/** The scorer of a table's task. */
export function scorerOf(table: ExampleTable): Scorer {
  return table.task === "classification" ? classificationScorer(table) : regressionScorer(table);
}

/**
 * All metrics of a table with their intervals: Wilson for rates, DeLong for AUC, bootstrap else (percentile for ECE and bias, whose resamples lie above the
 * estimate; BCa for the rest). The headline metric (accuracy, MAE) comes first; metrics that are undefined on these rows are left out.
 */
export function metricValues(table: ExampleTable, options: IntervalOptions): Metric[] {
  const scorer = scorerOf(table);
  const n = scorer.rows;
  if (n === 0) return [];
  const result = resample(n, scorer.names.length, options.random, (weights, out) => scorer.score(weights, out), options.draws);
  const rates = table.task === "classification" ? rateIntervals(table, options.level) : new Map<string, Interval>();
  const metrics = scorer.names.map((name, k): Metric => {
    const kind = name === "ece" || name === "bias" ? "percentile" : "bca";
    const value = result.estimate[k]!;
    const sizes = sizesOf(name, table);
    const resampled = resampledInterval(result, k, sizes, options.level, kind);
    const own = resampled === "unmoved" ? unmovedInterval(name, value, sizes, options.level) : clip(name, resampled);
    return { name, value, interval: rates.get(name) ?? own, direction: directionOf(name), n };
  });
  if (table.task === "classification") addArea(metrics, table, options.level);
  return metrics.filter((metric) => Number.isFinite(metric.value));
}

function addArea(metrics: Metric[], table: ClassificationTable, level: number): void {
  const area = tableArea(table);
  if (area === null) return;
  const { low, high, method } = areaInterval(area, level);
  const interval = Number.isFinite(low) && Number.isFinite(high) ? { low, high, level, method } : null;
  const at = metrics.findIndex((metric) => metric.name === "log-loss");
  metrics.splice(at < 0 ? metrics.length : at, 0, { name: "auc", value: area.auc, interval, direction: "higher", n: table.truth.length });
}

/** Keeps an interval inside the metric's range. */
function clip(name: string, interval: Interval | null): Interval | null {
  if (interval === null) return null;
  const floor = UNIT.has(name) || directionOf(name) === "lower" ? 0 : name === "mcc" ? -1 : Number.NEGATIVE_INFINITY;
  const ceiling = directionOf(name) === "higher" ? 1 : Number.POSITIVE_INFINITY;
  return { ...interval, low: Math.max(floor, interval.low), high: Math.min(ceiling, interval.high) };
}

function rateIntervals({ truth, predicted, labels }: ClassificationTable, level: number): Map<string, Interval> {
  let [right, hits, truths, guesses] = [0, 0, 0, 0];
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] === predicted[i]) right++;
    if (truth[i] === 1) truths++;
    if (predicted[i] === 1) guesses++;
    if (truth[i] === 1 && predicted[i] === 1) hits++;
  }
  const rate = (successes: number, trials: number): Interval => ({ ...wilson(successes, trials, level), level, method: "Wilson" });
  const rates = new Map([["accuracy", rate(right, truth.length)]]);
  if (labels.length === 2) rates.set("precision", rate(hits, guesses)).set("recall", rate(hits, truths));
  return rates;
}
