import {
  aucInfluence,
  type Bounds,
  delongInterval,
  normalQuantile,
  normalTwoSided,
  pairedDelong,
  type RocArea,
  rocArea,
  wilson,
} from "@modelyard/stats";
import type { ClassificationTable } from "./example-table.ts";
import { rankOf } from "./rank.ts";

/** Cells (rows times classes) that one-against-rest areas may sort; beyond it the area is left out rather than minutes spent on it. */
const MAX_CELLS = 50_000_000;

/** Half widths below this are rounding: the classes lie fully apart. */
const NO_SPREAD = 1e-9;

/** AUC of a table with what its interval and its paired difference need. */
export interface TableArea {
  readonly auc: number;
  /** Per row, by how much it moves the area; worked out when first asked for. */
  readonly influence: Float64Array;
  /** Examples of the smallest class that has an area. */
  readonly smallest: number;
  /** For two classes. */
  readonly binary: BinaryArea | null;
}

interface BinaryArea {
  readonly area: RocArea;
  readonly isPositive: Uint8Array;
}

/** AUC of the second of two classes, or the mean of one class against the rest over the classes that both are there; null where there is none. */
export function tableArea(table: ClassificationTable): TableArea | null {
  const { labels, truth, scores } = table;
  if (scores === null || labels.length < 2 || labels.length * truth.length > MAX_CELLS) return null;
  const classes = labels.length === 2 ? [1] : labels.keys();
  const parts: BinaryArea[] = [];
  for (const k of classes) {
    const isPositive = new Uint8Array(truth.length);
    for (let i = 0; i < truth.length; i++) isPositive[i] = truth[i] === k ? 1 : 0;
    const area = rocArea(scores[k]!, isPositive, rankOf(scores[k]!));
    if (area.positives > 0 && area.negatives > 0) parts.push({ area, isPositive });
  }
  if (parts.length === 0) return null;
  let influence: Float64Array | undefined;
  return {
    auc: parts.reduce((sum, { area }) => sum + area.auc, 0) / parts.length,
    get influence() {
      influence ??= meanInfluence(parts, truth.length);
      return influence;
    },
    smallest: Math.min(...parts.map(({ area }) => Math.min(area.positives, area.negatives))),
    binary: labels.length === 2 ? parts[0]! : null,
  };
}

function meanInfluence(parts: readonly BinaryArea[], rows: number): Float64Array {
  const influence = new Float64Array(rows);
  for (const { area, isPositive } of parts) {
    const part = aucInfluence(area, isPositive);
    for (let i = 0; i < rows; i++) influence[i]! += part[i]! / parts.length;
  }
  return influence;
}

/** Interval of the area: DeLong's, or for several classes its one-against-rest form. */
export function areaInterval(area: TableArea, level: number): Bounds & { readonly method: string } {
  if (area.binary !== null) return { ...delongInterval(area.binary.area, area.binary.isPositive, level), method: "DeLong" };
  const half = normalQuantile((1 + level) / 2) * standardError(area.influence);
  if (!(half > NO_SPREAD))
    return { ...wilson(Math.round(area.auc * area.smallest), area.smallest, level), method: "Wilson, classes fully apart" };
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
