import { chiSquaredTail } from "./distributions.ts";

/** Pearson's chi-squared test of a table of counts, with Cramer's V as its effect size. */
export interface ContingencyResult {
  readonly statistic: number;
  readonly df: number;
  readonly p: number;
  /** Cramer's V in [0, 1], without bias correction. */
  readonly cramersV: number;
  /** Smallest expected count; below 5 the p-value is rough. */
  readonly smallestExpected: number;
}

/** Tests whether rows (groups) share their distribution over columns (categories), without Yates's correction; empty rows and columns are left out. */
export function contingencyTest(table: readonly (readonly number[])[]): ContingencyResult {
  const rowSums = table.map((row) => row.reduce((a, b) => a + b, 0));
  const width = Math.max(0, ...table.map((row) => row.length));
  const columnSums = Array.from({ length: width }, (_, j) => table.reduce((sum, row) => sum + (row[j] ?? 0), 0));
  const total = rowSums.reduce((a, b) => a + b, 0);
  let statistic = 0;
  let smallestExpected = Number.POSITIVE_INFINITY;
  for (const [i, row] of table.entries()) {
    for (let j = 0; j < width; j++) {
      const expected = (rowSums[i]! * columnSums[j]!) / total;
      if (!(expected > 0)) continue;
      statistic += ((row[j] ?? 0) - expected) ** 2 / expected;
      smallestExpected = Math.min(smallestExpected, expected);
    }
  }
  const rows = rowSums.filter((sum) => sum > 0).length;
  const columns = columnSums.filter((sum) => sum > 0).length;
  const df = (rows - 1) * (columns - 1);
  if (df <= 0)
    return { statistic: 0, df: 0, p: 1, cramersV: 0, smallestExpected: Number.isFinite(smallestExpected) ? smallestExpected : 0 };
  const cramersV = Math.sqrt(statistic / (total * Math.min(rows - 1, columns - 1)));
  return { statistic, df, p: chiSquaredTail(statistic, df), cramersV: Math.min(1, cramersV), smallestExpected };
}
