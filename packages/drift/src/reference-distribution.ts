import type { ColumnProfile } from "./document.ts";

type NumericProfile = Extract<ColumnProfile, { kind: "numeric" }>;

/** Values that a profile knows the distribution function at, with its range there: equal ends where it is exact. */
export interface KnownPoints {
  readonly values: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/**
 * The reference's distribution function at every distinct value when the profile has exact counts, else at its quantiles. At a quantile that repeats, the value
 * holds more than one step of the rows and the function lies within one step above the last repeat.
 */
export function knownPoints(profile: NumericProfile): KnownPoints {
  return profile.counts === null ? fromQuantiles(profile.quantiles) : fromCounts(profile.counts);
}

function fromCounts(counts: readonly (readonly [number, number])[]): KnownPoints {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  const shares = counts.map(([, count]) => {
    seen += count;
    return seen / total;
  });
  return { values: counts.map(([value]) => value), low: shares, high: shares };
}

function fromQuantiles(quantiles: readonly number[]): KnownPoints {
  const step = 1 / Math.max(1, quantiles.length - 1);
  const values: number[] = [];
  const low: number[] = [];
  const high: number[] = [];
  for (let i = 0; i < quantiles.length; i++) {
    const value = quantiles[i]!;
    if (value === quantiles[i + 1]) continue;
    const share = Math.min(1, i * step);
    values.push(value);
    low.push(share);
    high.push(value === quantiles[i - 1] ? Math.min(1, share + step) : share);
  }
  return { values, low, high };
}

/** Upper edges of the bins of PSI: the distinct deciles 10 % to 90 % of the reference; the last bin is open. */
export function decileEdges(profile: NumericProfile): number[] {
  const { values, low } = knownPoints(profile);
  const edges: number[] = [];
  for (let decile = 1; decile < 10; decile++) {
    const at = low.findIndex((share) => share >= decile / 10 - 1e-9);
    const edge = values[at];
    if (edge !== undefined && edge < profile.max && edge !== edges.at(-1)) edges.push(edge);
  }
  return edges;
}

/** Share of the reference in each bin (value <= edge, last one open). */
export function referenceShares(profile: NumericProfile, edges: readonly number[]): number[] {
  const { values, low, high } = knownPoints(profile);
  const cumulative = edges.map((edge) => {
    const at = values.lastIndexOf(edge);
    return (low[at]! + high[at]!) / 2;
  });
  return [...cumulative, 1].map((share, i) => share - (i === 0 ? 0 : cumulative[i - 1]!));
}

/** Number of ascending values that are at most `x`. */
export function countUpTo(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
