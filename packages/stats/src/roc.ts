import { argsort } from "./argsort.ts";
import { normalQuantile, normalTwoSided } from "./normal.ts";
import { type Bounds, wilson } from "./rate-interval.ts";

/** Area under the ROC curve with each row's part in it. */
export interface RocArea {
  /** Chance that a positive scores above a negative, ties half; NaN when a class is absent. */
  readonly auc: number;
  readonly positives: number;
  readonly negatives: number;
  /** Per row: share of the other class on the right side of it (DeLong's structural component). */
  readonly placements: Float64Array;
}

/** AUC of scores; `isPositive` holds 1 for positives and 0 for negatives. `order` may pass the ascending order of the scores when it is known. */
export function rocArea(scores: ArrayLike<number>, isPositive: Uint8Array, order: Uint32Array = argsort(scores)): RocArea {
  const n = order.length;
  let positives = 0;
  for (let i = 0; i < n; i++) positives += isPositive[i]!;
  const negatives = n - positives;
  const placements = new Float64Array(n);
  let auc = 0;
  let below = { positive: 0, negative: 0 };
  for (let start = 0; start < n; ) {
    let end = start;
    let tied = 0;
    const score = scores[order[start]!]!;
    for (; end < n && scores[order[end]!]! === score; end++) tied += isPositive[order[end]!]!;
    const tiedNegatives = end - start - tied;
    const forPositive = (below.negative + tiedNegatives / 2) / negatives;
    const forNegative = (positives - below.positive - tied / 2) / positives;
    for (let i = start; i < end; i++) {
      const row = order[i]!;
      placements[row] = isPositive[row] === 1 ? forPositive : forNegative;
    }
    auc += tied * forPositive;
    below = { positive: below.positive + tied, negative: below.negative + tiedNegatives };
    start = Math.max(end, start + 1);
  }
  return { auc: auc / positives, positives, negatives, placements };
}

/** Variance of an area (DeLong, DeLong and Clarke-Pearson 1988). */
export function delongVariance(area: RocArea, isPositive: Uint8Array): number {
  return componentVariance(area.placements, area.auc, isPositive, area.positives, area.negatives);
}

function componentVariance(placements: Float64Array, mean: number, isPositive: Uint8Array, m: number, n: number): number {
  let positive = 0;
  let negative = 0;
  for (let i = 0; i < placements.length; i++) {
    const d = placements[i]! - mean;
    if (isPositive[i] === 1) positive += d * d;
    else negative += d * d;
  }
  return positive / (m * (m - 1)) + negative / (n * (n - 1));
}

/** DeLong's interval of an area, clipped to [0, 1]; where the variance vanishes (classes fully apart), Wilson's on the smaller class. */
export function delongInterval(area: RocArea, isPositive: Uint8Array, level: number): Bounds {
  const variance = delongVariance(area, isPositive);
  if (!(variance > 1e-18)) {
    const trials = Math.min(area.positives, area.negatives);
    return wilson(Math.round(area.auc * trials), trials, level);
  }
  const half = normalQuantile((1 + level) / 2) * Math.sqrt(variance);
  return { low: Math.max(0, area.auc - half), high: Math.min(1, area.auc + half) };
}

/** Difference of two areas on the same rows, its standard error and two-sided p-value (paired DeLong). */
export function pairedDelong(
  a: RocArea,
  b: RocArea,
  isPositive: Uint8Array,
): { readonly difference: number; readonly standardError: number; readonly p: number } {
  const differences = a.placements.map((value, i) => value - b.placements[i]!);
  const difference = a.auc - b.auc;
  const standardError = Math.sqrt(componentVariance(differences, difference, isPositive, a.positives, a.negatives));
  const p = standardError > 0 ? normalTwoSided(difference / standardError) : difference === 0 ? 1 : 0;
  return { difference, standardError, p };
}

/** Per row, by how much it moves the area (its influence over the number of rows): areas may be averaged by averaging these, and their squares sum to the variance. */
export function aucInfluence(area: RocArea, isPositive: Uint8Array): Float64Array {
  return area.placements.map((value, i) => (value - area.auc) / (isPositive[i] === 1 ? area.positives : area.negatives));
}
