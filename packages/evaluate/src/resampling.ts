import type { Random } from "@modelyard/base";
import { type BootstrapResult, bcaInterval, bootstrap, normalQuantile, percentileInterval } from "@modelyard/stats";
import type { Interval } from "./document.ts";

/** Row draws that one bootstrap may spend: about a second of one core for a handful of metrics. */
const DRAW_BUDGET = 20_000_000;
const MOST_RESAMPLES = 2_000;
/** Enough for a standard error within 5 %. */
const FEWEST_RESAMPLES = 200;
/** Replicates that must lie beyond an end for it to be read from them; with fewer the standard error is used. */
const TAIL_REPLICATES = 10;

/** Resamples for a table of so many rows: 2,000 for small ones, fewer as they grow, never under 200. */
export function resamplesFor(rows: number): number {
  return Math.round(Math.min(MOST_RESAMPLES, Math.max(FEWEST_RESAMPLES, DRAW_BUDGET / Math.max(1, rows))));
}

/** Bootstraps a statistic with the number of resamples that its rows allow. */
export function resample(
  rows: number,
  values: number,
  random: Random,
  statistic: (weights: Uint16Array, out: Float64Array) => void,
): BootstrapResult {
  return bootstrap({ rows, values, statistic, random, resamples: resamplesFor(rows) });
}

/** Interval of one value of a bootstrap: BCa (or percentile where asked), or estimate and standard error when too few replicates reach its ends; null when it was mostly undefined. */
export function resampledInterval(
  result: BootstrapResult,
  value: number,
  level: number,
  kind: "bca" | "percentile" = "bca",
): Interval | null {
  const replicates = result.replicates[value]!;
  const estimate = result.estimate[value]!;
  if (replicates.length < FEWEST_RESAMPLES / 2 || !Number.isFinite(estimate)) return null;
  const count = `${replicates.length} resamples`;
  if ((replicates.length * (1 - level)) / 2 < TAIL_REPLICATES) {
    const half = normalQuantile((1 + level) / 2) * deviation(replicates);
    return { low: estimate - half, high: estimate + half, level, method: `bootstrap standard error, ${count}` };
  }
  const bounds =
    kind === "bca" ? bcaInterval(estimate, replicates, result.acceleration[value]!, level) : percentileInterval(replicates, level);
  return { ...bounds, level, method: `bootstrap ${kind === "bca" ? "BCa" : "percentile"}, ${count}` };
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, values.length - 1));
}
