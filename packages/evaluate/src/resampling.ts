import type { Random } from "@modelyard/base";
import { type BootstrapResult, type Bounds, bcaInterval, bootstrap, normalQuantile, percentileInterval } from "@modelyard/stats";
import type { Interval } from "./document.ts";
import { type Sizes, widening } from "./small-samples.ts";

/** Row draws that one bootstrap may spend: about a second of one core for a handful of metrics. */
const DRAW_BUDGET = 20_000_000;
/** The same for all slices of a document together: fifty slices of many rows must not cost fifty times the whole. */
const SLICES_DRAW_BUDGET = 2 * DRAW_BUDGET;
const MOST_RESAMPLES = 2_000;
/** Enough for a standard error within 5 %. */
const FEWEST_RESAMPLES = 200;
/** Replicates that must lie beyond an end for it to be read from them; with fewer the standard error is used. */
const TAIL_REPLICATES = 10;

/** Row draws that each of so many slices may spend. */
export function drawsOfSlice(slices: number): number {
  return SLICES_DRAW_BUDGET / Math.max(1, slices);
}

/** Resamples for a table of so many rows: 2,000 for small ones, fewer as they grow, never under 200. */
export function resamplesFor(rows: number, draws = DRAW_BUDGET): number {
  return Math.round(Math.min(MOST_RESAMPLES, Math.max(FEWEST_RESAMPLES, draws / Math.max(1, rows))));
}

/** Bootstraps a statistic with the number of resamples that its rows allow. */
export function resample(
  rows: number,
  values: number,
  random: Random,
  statistic: (weights: Uint16Array, out: Float64Array) => void,
  draws?: number,
): BootstrapResult {
  return bootstrap({ rows, values, statistic, random, resamples: resamplesFor(rows, draws) });
}

/** Replicates that differ by less than rounding do not differ. */
const ROUNDING = 1e-12;

/**
 * Interval of one value of a bootstrap: BCa (or percentile where asked), or estimate and standard error when too few replicates reach its ends; wider on few
 * examples. Null when it was mostly undefined or rests on fewer than two examples, `unmoved` when (nearly) no resample differs, which says nothing of the spread.
 */
export function resampledInterval(
  result: BootstrapResult,
  value: number,
  sizes: Sizes,
  level: number,
  kind: "bca" | "percentile" = "bca",
): Interval | null | "unmoved" {
  const replicates = result.replicates[value]!;
  const estimate = result.estimate[value]!;
  if (replicates.length < FEWEST_RESAMPLES / 2 || !Number.isFinite(estimate)) return null;
  if (isPoint({ low: replicates[0]!, high: replicates.at(-1)! }, estimate)) return "unmoved";
  const factor = widening(level, sizes.each);
  if (!Number.isFinite(factor)) return null;
  const widened = ({ low, high }: Bounds): Bounds => {
    const more = ((factor - 1) * (high - low)) / 2;
    return { low: low - more, high: high + more };
  };
  const count = `${replicates.length} resamples`;
  if ((replicates.length * (1 - level)) / 2 < TAIL_REPLICATES) {
    const half = normalQuantile((1 + level) / 2) * deviation(replicates);
    return { ...widened({ low: estimate - half, high: estimate + half }), level, method: `bootstrap standard error, ${count}` };
  }
  const bounds =
    kind === "bca" ? bcaInterval(estimate, replicates, result.acceleration[value]!, level) : percentileInterval(replicates, level);
  if (isPoint(bounds, estimate)) return "unmoved";
  return { ...widened(bounds), level, method: `bootstrap ${kind === "bca" ? "BCa" : "percentile"}, ${count}` };
}

/** A few resamples may differ for want of a class, and yet move no end. */
function isPoint({ low, high }: Bounds, estimate: number): boolean {
  return high - low <= ROUNDING * Math.max(1, Math.abs(estimate));
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, values.length - 1));
}
