import { userError } from "@modelyard/base";
import { normalQuantile } from "@modelyard/stats";
import { changeOf, defaultMargin } from "./change.ts";
import type { Comparison, Interval, Metric, MetricComparison, MetricDocument } from "./document.ts";

/** Compares the numbers of two documents of the same dataset and split. Throws EVALUATE_DATASETS_DIFFER. */
export function unpairedComparison(
  candidate: MetricDocument,
  baseline: MetricDocument,
  marginOf: (metric: string) => number | undefined,
): Pick<Comparison, "metrics" | "slices"> {
  if (candidate.dataset?.digest !== baseline.dataset?.digest || candidate.split !== baseline.split) {
    throw userError(
      "EVALUATE_DATASETS_DIFFER",
      `the baseline document is of ${datasetOf(baseline)}, the candidate of ${datasetOf(candidate)}`,
      "give a baseline that can be scored on the same examples (a model version or a run), or a document of the same split",
    );
  }
  const pair = (ours: readonly Metric[], theirs: readonly Metric[]): MetricComparison[] =>
    ours.flatMap((metric) => {
      const other = theirs.find(({ name }) => name === metric.name);
      return other === undefined ? [] : [unpaired(metric, other, marginOf(metric.name))];
    });
  const slices = candidate.slices.flatMap((slice) => {
    const other = baseline.slices.find(({ name }) => name === slice.name);
    return other === undefined ? [] : [{ name: slice.name, n: slice.n, metrics: pair(slice.metrics, other.metrics) }];
  });
  const family = Math.max(1, slices.length);
  return {
    metrics: pair(candidate.metrics, baseline.metrics),
    slices: slices.map((slice) => ({ ...slice, metrics: slice.metrics.map((metric) => corrected(metric, family)) })),
  };
}

/** The interval of one slice of so many (Bonferroni), its ends moved out as those of a normal distribution would. */
function corrected(metric: MetricComparison, family: number): MetricComparison {
  const { interval, delta } = metric;
  if (interval === null || family === 1) return metric;
  const level = 1 - (1 - interval.level) / family;
  const factor = normalQuantile((1 + level) / 2) / normalQuantile((1 + interval.level) / 2);
  const wider = { ...interval, level, low: delta - factor * (delta - interval.low), high: delta + factor * (interval.high - delta) };
  return { ...metric, interval: wider, change: changeOf(wider, metric.direction, metric.margin) };
}

function datasetOf(document: MetricDocument): string {
  if (document.dataset === null) return "no dataset version";
  const { name, version, digest } = document.dataset;
  return `${name}@${version ?? digest.slice(0, 19)} split ${document.split ?? "(none)"}`;
}

/** The two intervals' half widths added in squares: too wide where the errors go together, as they do on the same examples. */
function unpaired(candidate: Metric, baseline: Metric, given: number | undefined): MetricComparison {
  const { name, direction } = candidate;
  const delta = candidate.value - baseline.value;
  const margin = given ?? defaultMargin(name, baseline.value);
  const interval = joined(candidate, baseline, delta);
  return {
    name,
    direction,
    candidate: candidate.value,
    baseline: baseline.value,
    delta,
    interval,
    margin,
    change: changeOf(interval, direction, margin),
    n: Math.min(candidate.n, baseline.n),
  };
}

function joined(a: Metric, b: Metric, delta: number): Interval | null {
  if (a.interval === null || b.interval === null || a.interval.level !== b.interval.level) return null;
  const down = Math.hypot(a.value - a.interval.low, b.interval.high - b.value);
  const up = Math.hypot(a.interval.high - a.value, b.value - b.interval.low);
  return { low: delta - down, high: delta + up, level: a.interval.level, method: "unpaired, from both intervals" };
}
