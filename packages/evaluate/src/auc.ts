import {
  argsort,
  aucInfluence,
  type Bounds,
  delongInterval,
  normalQuantile,
  normalTwoSided,
  pairedDelong,
  type RocArea,
  rocArea,
} from "@modelyard/stats";
import type { ClassificationTable } from "./example-table.ts";

/** Cells (rows times classes) that one-against-rest areas may sort; beyond it the area is left out rather than minutes spent on it. */
const MAX_CELLS = 50_000_000;

/** AUC of a table with what its interval and its paired difference need. */
export interface TableArea {
  readonly auc: number;
  /** Per row, by how much it moves the area. */
  readonly influence: Float64Array;
  /** For two classes. */
  readonly binary: { readonly area: RocArea; readonly isPositive: Uint8Array } | null;
}

/** AUC of the second of two classes, or the mean of one class against the rest over the classes that both are there; null where there is none. */
export function tableArea(table: ClassificationTable): TableArea | null {
  const { labels, truth, scores } = table;
  if (scores === null || labels.length < 2 || labels.length * truth.length > MAX_CELLS) return null;
  const classes = labels.length === 2 ? [1] : labels.keys();
  const influence = new Float64Array(truth.length);
  let sum = 0;
  let counted = 0;
  let binary: TableArea["binary"] = null;
  for (const k of classes) {
    const isPositive = Uint8Array.from(truth, (t) => (t === k ? 1 : 0));
    const area = rocArea(scores[k]!, isPositive, argsort(scores[k]!));
    if (area.positives === 0 || area.negatives === 0) continue;
    const part = aucInfluence(area, isPositive);
    for (let i = 0; i < influence.length; i++) influence[i]! += part[i]!;
    sum += area.auc;
    counted++;
    if (labels.length === 2) binary = { area, isPositive };
  }
  if (counted === 0) return null;
  return { auc: sum / counted, influence: influence.map((x) => x / counted), binary };
}

/** Interval of the area: DeLong's, or for several classes its one-against-rest form. */
export function areaInterval(area: TableArea, level: number): Bounds & { readonly method: string } {
  if (area.binary !== null) return { ...delongInterval(area.binary.area, area.binary.isPositive, level), method: "DeLong" };
  const half = normalQuantile((1 + level) / 2) * standardError(area.influence);
  return { low: Math.max(0, area.auc - half), high: Math.min(1, area.auc + half), method: "DeLong, one against rest" };
}

/** Standard error and two-sided p-value of the difference of two areas on the same rows. */
export function areaDifference(a: TableArea, b: TableArea): { readonly standardError: number; readonly p: number } {
  if (a.binary !== null && b.binary !== null) return pairedDelong(a.binary.area, b.binary.area, a.binary.isPositive);
  const error = standardError(a.influence.map((value, i) => value - b.influence[i]!));
  const difference = a.auc - b.auc;
  return { standardError: error, p: error > 0 ? normalTwoSided(difference / error) : difference === 0 ? 1 : 0 };
}

function standardError(influence: Float64Array): number {
  const n = influence.length;
  return n < 2 ? Number.NaN : Math.sqrt(influence.reduce((sum, x) => sum + x * x, 0) * (n / (n - 1)));
}
