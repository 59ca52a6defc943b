import { type Random, seededRandom } from "@modelyard/base";
import { evenQuantiles } from "@modelyard/stats";
import { ColumnSummary, columnLimits } from "./column-summary.ts";
import type { ColumnProfile, Profile } from "./document.ts";

const QUANTILES = 101;
const EXACT_COUNTS = 64;
const TOP_CATEGORIES = 256;
/** What all columns list together: profiles of very wide tables stay below what is read at once. */
const ALL_CATEGORIES = 200 * TOP_CATEGORIES;
const LEAST_CATEGORIES = 16;
/** Sampling is seeded, so that one table always has one profile. */
const SAMPLE_SEED = 20_240_229;

export interface ProfileOptions {
  /** Column whose classes are counted apart; it is profiled as a column too. */
  readonly labelColumn?: string | undefined;
}

/** Streaming summary of a table in bounded memory. */
export interface ProfileBuilder {
  /** Rows added so far. */
  readonly rows: number;
  /** Columns seen so far. */
  readonly width: number;
  add(row: Readonly<Record<string, string>>): void;
  /** A row as its columns' names and their values; quick where the same list of names comes again. */
  addCells(names: readonly string[], values: readonly string[]): void;
  /** The running summary of a column; undefined for one never seen. */
  column(name: string): ColumnSummary | undefined;
  build(): Profile;
}

/**
 * Builds a profile row by row. A column is numeric when every value that is there parses as a finite number, else a category; empty cells and `NaN`
 * are missing. Quantiles and counts are exact up to the limits of `column-summary.ts`, then from an even sample; equal rows in equal order give equal profiles.
 */
export function profileBuilder(options: ProfileOptions = {}): ProfileBuilder {
  const random: Random = seededRandom(SAMPLE_SEED);
  const columns = new Map<string, ColumnSummary>();
  let rows = 0;
  let lastNames: readonly string[] = [];
  let lastSummaries: readonly ColumnSummary[] = [];
  /** The summaries of these columns; rows of one table come with the same list of names, which is then not looked up again. */
  const summariesOf = (names: readonly string[]): readonly ColumnSummary[] => {
    if (names === lastNames) return lastSummaries;
    const limits = columnLimits(Math.max(columns.size, names.length));
    lastNames = names;
    lastSummaries = names.map((name) => {
      const there = columns.get(name);
      if (there !== undefined) return there;
      const made = new ColumnSummary(random, name === options.labelColumn ? columnLimits(1) : limits);
      columns.set(name, made);
      return made;
    });
    return lastSummaries;
  };
  const addCells = (names: readonly string[], values: readonly string[]): void => {
    rows++;
    const summaries = summariesOf(names);
    for (let i = 0; i < summaries.length; i++) summaries[i]!.add(values[i]!);
  };
  return {
    get rows() {
      return rows;
    },
    get width() {
      return columns.size;
    },
    addCells,
    add: (row) => addCells(Object.keys(row), Object.values(row)),
    column: (name) => columns.get(name),
    build() {
      const { labelColumn } = options;
      const classes = labelColumn === undefined ? undefined : columns.get(labelColumn);
      return {
        format: 1,
        kind: "profile",
        rows,
        columns: [...columns].map(([name, column]) => columnProfile(name, column, rows, topCategories(columns.size))),
        label: labelColumn === undefined ? null : { column: labelColumn, classes: classes?.textCounts() ?? [] },
      };
    },
  };
}

function topCategories(width: number): number {
  return Math.min(TOP_CATEGORIES, Math.max(LEAST_CATEGORIES, Math.floor(ALL_CATEGORIES / Math.max(1, width))));
}

/** The profile of one column of a table of `rows` rows, with the `top` most frequent categories. */
export function columnProfile(name: string, column: ColumnSummary, rows: number, top = TOP_CATEGORIES): ColumnProfile {
  const missing = rows - column.n;
  if (!column.allNumbers || column.n === 0) return categoryProfile(name, column, missing, top);
  const sorted = column.sortedNumbers();
  const quantiles = evenQuantiles(sorted, Math.min(QUANTILES, sorted.length));
  if (quantiles.length > 1) {
    quantiles[0] = column.min;
    quantiles[quantiles.length - 1] = column.max;
  }
  const { n, min, max, mean, std } = column;
  return { name, kind: "numeric", n, missing, min, max, mean, std, quantiles, counts: column.numberCounts(EXACT_COUNTS) };
}

function categoryProfile(name: string, column: ColumnSummary, missing: number, top: number): ColumnProfile {
  const counts = column.textCounts().slice(0, top);
  const named = counts.reduce((sum, [, count]) => sum + count, 0);
  return { name, kind: "category", n: column.n, missing, counts, other: column.n - named };
}
