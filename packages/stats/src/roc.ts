import { argsort } from "./argsort.ts";
import { normalQuantile, normalTwoSided } from "./normal.ts";
import { type Bounds, wilson } from "./rate-interval.ts";

/** Area under the ROC curve with each row's part in it. */
export interface RocArea {
  /** Chance that a positive scores above a negative, ties half; NaN when a class is absent. */
  readonly auc: number;
  readonly positives: number;
  readonly negatives: number;
  /** Per row: share of the other class on the right side of it (DeLong's structural component); worked out when first asked for. */
  readonly placements: Float64Array;
}

/** AUC of scores; `isPositive` holds 1 for positives and 0 for negatives. `order` may pass the ascending order of the scores when it is known. */
export function rocArea(scores: ArrayLike<number>, isPositive: Uint8Array, order: Uint32Array = argsort(scores)): RocArea {
  let positives = 0;
  for (let i = 0; i < isPositive.length; i++) positives += isPositive[i]!;
  const negatives = isPositive.length - positives;
  let won = 0;
  let negativesBelow = 0;
  eachTie(scores, isPositive, order, (_start, _end, tiedPositives, tiedNegatives) => {
    won += tiedPositives * (negativesBelow + tiedNegatives / 2);
    negativesBelow += tiedNegatives;
  });
  let placements: Float64Array | undefined;
  return {
    auc: won / positives / negatives,
    positives,
    negatives,
    get placements() {
      placements ??= structuralComponents(scores, isPositive, order, positives, negatives);
      return placements;
    },
  };
}

/** Visits the runs of equal scores from the lowest up: rows order[start] to order[end - 1]. */
function eachTie(
  scores: ArrayLike<number>,
  isPositive: Uint8Array,
  order: Uint32Array,
  visit: (start: number, end: number, tiedPositives: number, tiedNegatives: number) => void,
): void {
  const n = order.length;
  let start = 0;
  while (start < n) {
    const score = scores[order[start]!]!;
    let tiedPositives = isPositive[order[start]!]!;
    let end = start + 1;
    for (; end < n && scores[order[end]!]! === score; end++) tiedPositives += isPositive[order[end]!]!;
    visit(start, end, tiedPositives, end - start - tiedPositives);
    start = end;
  }
}

function structuralComponents(
  scores: ArrayLike<number>,
  isPositive: Uint8Array,
  order: Uint32Array,
  positives: number,
  negatives: number,
): Float64Array {
  const placements = new Float64Array(order.length);
  let positivesBelow = 0;
  let negativesBelow = 0;
  eachTie(scores, isPositive, order, (start, end, tiedPositives, tiedNegatives) => {
    const forPositive = (negativesBelow + tiedNegatives / 2) / negatives;
    const forNegative = (positives - positivesBelow - tiedPositives / 2) / positives;
    for (let i = start; i < end; i++) {
      const row = order[i]!;
      placements[row] = isPositive[row] === 1 ? forPositive : forNegative;
    }
    positivesBelow += tiedPositives;
    negativesBelow += tiedNegatives;
  });
  return placements;
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
