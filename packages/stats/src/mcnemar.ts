import { binomialCdf } from "./distributions.ts";

/** Exact two-sided p-value of McNemar's test on the two discordant counts of paired yes/no results (binomial at 1/2). */
export function mcnemarExact(firstOnly: number, secondOnly: number): number {
  const n = firstOnly + secondOnly;
  if (n === 0) return 1;
  return Math.min(1, 2 * binomialCdf(Math.min(firstOnly, secondOnly), n, 0.5));
}
