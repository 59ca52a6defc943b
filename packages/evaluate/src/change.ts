import type { Change, Interval, Metric } from "./document.ts";

export const DEFAULT_LEVEL = 0.95;
/** Differences of a rate up to this are of no practical interest unless a gate says otherwise. */
const RATE_MARGIN = 0.02;
/** The same for metrics with a unit, as a share of the baseline's value. */
const RELATIVE_MARGIN = 0.02;
const WITH_UNIT: ReadonlySet<string> = new Set(["log-loss", "mae", "rmse", "median-ae", "bias"]);

/** Margin of a metric when none is given: 0.02 for rates, 2 % of the baseline for losses and errors. */
export function defaultMargin(name: string, baseline: number): number {
  return WITH_UNIT.has(name) ? Math.abs(baseline) * RELATIVE_MARGIN : RATE_MARGIN;
}

/** Interval of a difference turned so that more is better. */
export function oriented(
  interval: Pick<Interval, "low" | "high">,
  direction: Metric["direction"],
): { readonly low: number; readonly high: number } {
  // 0 - x and not -x: no negative zero in documents.
  return direction === "higher" ? { low: interval.low, high: interval.high } : { low: 0 - interval.high, high: 0 - interval.low };
}

/** What the interval of a difference says: equivalent when all of it lies within the margin, else by the side of zero that it lies on, else inconclusive. */
export function changeOf(interval: Pick<Interval, "low" | "high"> | null, direction: Metric["direction"], margin: number): Change {
  if (interval === null) return "inconclusive";
  const { low, high } = oriented(interval, direction);
  if (low >= -margin && high <= margin) return "equivalent";
  if (low > 0) return "improved";
  if (high < 0) return "regressed";
  return "inconclusive";
}
