import { compareUtf8, userError } from "@modelyard/base";
import type { ExampleTable } from "./example-table.ts";

/** Most slices of one column; the rarer values share no slice of their own. */
const MAX_SLICES = 50;
const DEFAULT_BANDS = 4;
/** Distinct values up to which a column of numbers is cut by value, not into bands. */
const MAX_NUMERIC_VALUES = 12;

/** Rows of one slice, ascending. `byClass`: the slice is one class of the label, in which only rates of that class mean something. */
export interface SliceRows {
  readonly name: string;
  readonly rows: Uint32Array;
  readonly byClass: boolean;
}

/** One requested slice: the label's classes, or a column with edges for a band of numbers. */
export interface SliceSpec {
  readonly column: string;
  readonly edges: readonly number[] | null;
}

/** Parses `column` or `column:18|65` (edges of bands, ascending). Throws EVALUATE_SLICE_INVALID. */
export function parseSliceSpec(text: string): SliceSpec {
  const at = text.lastIndexOf(":");
  const column = (at < 0 ? text : text.slice(0, at)).trim();
  if (column === "")
    throw userError(
      "EVALUATE_SLICE_INVALID",
      `the slice "${text.slice(0, 80)}" names no column`,
      "write column, or column:18|65 with the edges of number bands",
    );
  if (at < 0) return { column, edges: null };
  const edges = text
    .slice(at + 1)
    .split("|")
    .map(asNumber);
  const ascending = edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > edges[i - 1]!));
  if (!ascending)
    throw userError(
      "EVALUATE_SLICE_INVALID",
      `the edges of the slice "${text.slice(0, 80)}" are not ascending numbers`,
      "write column:18|65",
    );
  return { column, edges };
}

/** One slice for each class that examples have, the most frequent 50. */
export function classSlices(table: ExampleTable, column: string): SliceRows[] {
  if (table.task !== "classification") return [];
  const { labels, truth } = table;
  const values = Array.from(truth, (t) => labels[t]!);
  return valueSlices(column, values, true);
}

/** Slices of a column's texts, one a row: by value, or into bands where they are numbers (quartiles unless edges are given). */
export function columnSlices(spec: SliceSpec, values: readonly string[]): SliceRows[] {
  if (spec.edges !== null) return bandSlices(spec.column, values.map(asNumber), spec.edges);
  const numbers = values.map(asNumber);
  if (new Set(values).size <= MAX_NUMERIC_VALUES || numbers.some((x, i) => Number.isNaN(x) && values[i]!.trim() !== ""))
    return valueSlices(spec.column, values, false);
  return bandSlices(spec.column, numbers, quartileEdges(numbers));
}

function asNumber(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

function quartileEdges(numbers: readonly number[]): number[] {
  const sorted = Float64Array.from(numbers.filter((x) => !Number.isNaN(x))).sort();
  const edges = Array.from({ length: DEFAULT_BANDS - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / DEFAULT_BANDS)]!);
  return [...new Set(edges)];
}

function valueSlices(column: string, values: readonly string[], byClass: boolean): SliceRows[] {
  const rows = new Map<string, number[]>();
  for (const [row, value] of values.entries()) {
    const list = rows.get(value);
    if (list === undefined) rows.set(value, [row]);
    else list.push(row);
  }
  const largest = [...rows].sort((a, b) => b[1].length - a[1].length || compareUtf8(a[0], b[0])).slice(0, MAX_SLICES);
  largest.sort((a, b) => a[0].localeCompare(b[0], "en", { numeric: true }));
  return largest.map(([value, list]) => ({
    name: `${column}=${value === "" ? "(missing)" : value}`,
    rows: Uint32Array.from(list),
    byClass,
  }));
}

/** Bands below the first edge, between edges (lower edge included) and from the last edge on. */
function bandSlices(column: string, numbers: readonly number[], edges: readonly number[]): SliceRows[] {
  const bands: number[][] = Array.from({ length: edges.length + 1 }, () => []);
  for (const [row, x] of numbers.entries()) {
    if (Number.isNaN(x)) continue;
    bands[edges.filter((edge) => x >= edge).length]!.push(row);
  }
  return bands.map((rows, i) => ({ name: bandName(column, edges, i), rows: Uint32Array.from(rows), byClass: false }));
}

function bandName(column: string, edges: readonly number[], band: number): string {
  if (band === 0) return `${column} < ${edges[0]}`;
  if (band === edges.length) return `${column} >= ${edges[band - 1]}`;
  return `${column} ${edges[band - 1]}..${edges[band]}`;
}
