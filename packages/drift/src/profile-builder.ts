import { type Random, seededRandom } from "@modelyard/base";
import { evenQuantiles } from "@modelyard/stats";
import { ColumnSummary } from "./column-summary.ts";
import type { ColumnProfile, Profile } from "./document.ts";

const QUANTILES = 101;
const EXACT_COUNTS = 64;
const TOP_CATEGORIES = 256;
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
  add(row: Readonly<Record<string, string>>): void;
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
  return {
    get rows() {
      return rows;
    },
    add(row) {
      rows++;
      for (const name in row) {
        let column = columns.get(name);
        if (column === undefined) {
          column = new ColumnSummary(random);
          columns.set(name, column);
        }
        column.add(row[name]!);
      }
    },
    column: (name) => columns.get(name),
    build() {
      const { labelColumn } = options;
      const classes = labelColumn === undefined ? undefined : columns.get(labelColumn);
      return {
        format: 1,
        kind: "profile",
        rows,
        columns: [...columns].map(([name, column]) => columnProfile(name, column, rows)),
        label: labelColumn === undefined ? null : { column: labelColumn, classes: classes?.textCounts() ?? [] },
      };
    },
  };
}

/** The profile of one column of a table of `rows` rows. */
export function columnProfile(name: string, column: ColumnSummary, rows: number): ColumnProfile {
  const missing = rows - column.n;
  if (!column.allNumbers || column.n === 0) return categoryProfile(name, column, missing);
  const sorted = column.sortedNumbers();
  const quantiles = evenQuantiles(sorted, Math.min(QUANTILES, sorted.length));
  if (quantiles.length > 1) {
    quantiles[0] = column.min;
    quantiles[quantiles.length - 1] = column.max;
  }
  const { n, min, max, mean, std } = column;
  return { name, kind: "numeric", n, missing, min, max, mean, std, quantiles, counts: column.numberCounts(EXACT_COUNTS) };
}

function categoryProfile(name: string, column: ColumnSummary, missing: number): ColumnProfile {
  const counts = column.textCounts().slice(0, TOP_CATEGORIES);
  const named = counts.reduce((sum, [, count]) => sum + count, 0);
  return { name, kind: "category", n: column.n, missing, counts, other: column.n - named };
}
