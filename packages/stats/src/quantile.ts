/**
 * Quantile of ascending values at probability `p` in [0, 1] by linear interpolation (Hyndman and Fan type 7, the default of NumPy and R).
 * NaN when there are no values.
 */
export function quantileSorted(sorted: ArrayLike<number>, p: number): number {
  const last = sorted.length - 1;
  if (last < 0) return Number.NaN;
  const at = Math.min(Math.max(p, 0), 1) * last;
  const low = Math.floor(at);
  const high = Math.min(low + 1, last);
  const a = sorted[low]!;
  const b = sorted[high]!;
  return a === b ? a : a + (at - low) * (b - a);
}

/** Quantile at `p` of values in any order; copies and sorts them. */
export function quantile(values: ArrayLike<number>, p: number): number {
  return quantileSorted(Float64Array.from(values).sort(), p);
}

/** `count` quantiles at the evenly spaced probabilities 0, 1/(count-1), ..., 1 of ascending values; one value (the middle) for a count of 1. */
export function evenQuantiles(sorted: ArrayLike<number>, count: number): number[] {
  if (sorted.length === 0 || count < 1) return [];
  if (count === 1) return [quantileSorted(sorted, 0.5)];
  return Array.from({ length: count }, (_, i) => quantileSorted(sorted, i / (count - 1)));
}
