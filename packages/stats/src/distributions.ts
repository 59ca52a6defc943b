import { incompleteBeta } from "./incomplete-beta.ts";
import { incompleteGamma } from "./incomplete-gamma.ts";
import { boundAbove, invertAscending } from "./invert.ts";
import { logChoose } from "./log-gamma.ts";

/** Distribution function of chi-squared with `df` degrees of freedom. */
export function chiSquaredCdf(x: number, df: number): number {
  return incompleteGamma(df / 2, x / 2).lower;
}

/** Upper tail of chi-squared: the p-value of a statistic. */
export function chiSquaredTail(x: number, df: number): number {
  return incompleteGamma(df / 2, x / 2).upper;
}

export function chiSquaredQuantile(p: number, df: number): number {
  const cdf = (x: number): number => chiSquaredCdf(x, df);
  return p <= 0 ? 0 : invertAscending(cdf, p, 0, boundAbove(cdf, p));
}

/** Distribution function of Student's t. */
export function studentCdf(t: number, df: number): number {
  const tail = incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2;
  return t < 0 ? tail : 1 - tail;
}

/** Two-sided p-value of a t statistic. */
export function studentTwoSided(t: number, df: number): number {
  return incompleteBeta(df / (df + t * t), df / 2, 0.5);
}

export function studentQuantile(p: number, df: number): number {
  if (p === 0.5) return 0;
  const upper = Math.max(p, 1 - p);
  const cdf = (t: number): number => studentCdf(t, df);
  const t = invertAscending(cdf, upper, 0, boundAbove(cdf, upper));
  return p < 0.5 ? -t : t;
}

/** Distribution function of the beta distribution. */
export function betaCdf(x: number, a: number, b: number): number {
  return incompleteBeta(x, a, b);
}

export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  return invertAscending((x) => incompleteBeta(x, a, b), p, 0, 1);
}

/** Probability of k successes of n at rate p. */
export function binomialMass(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return 0;
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  return Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

/** Probability of at most k successes of n at rate p. */
export function binomialCdf(k: number, n: number, p: number): number {
  const whole = Math.floor(k);
  if (whole < 0) return 0;
  if (whole >= n) return 1;
  return incompleteBeta(1 - p, n - whole, whole + 1);
}

/** The smallest k with at least probability `q` at or below it. */
export function binomialQuantile(q: number, n: number, p: number): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (binomialCdf(middle, n, p) < q) low = middle + 1;
    else high = middle;
  }
  return low;
}
