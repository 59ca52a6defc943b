import { logBeta } from "./log-gamma.ts";

const EPSILON = 1e-16;
/** The fraction converges in about sqrt(max(a, b)) terms; this covers counts of 10^9. */
const MAX_TERMS = 200_000;
const TINY = 1e-300;

/** Regularised incomplete beta function I_x(a, b), a and b > 0, by the continued fraction of DLMF 8.17.22. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const scale = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b));
  // The fraction converges fast on its own side of the mean only.
  if (x < (a + 1) / (a + b + 2)) return Math.min(1, (scale * fraction(x, a, b)) / a);
  return Math.max(0, 1 - (scale * fraction(1 - x, b, a)) / b);
}

/** Continued fraction by Lentz's method, two terms a step. */
function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const factor = d * c;
    h *= factor;
    if (Math.abs(factor - 1) < EPSILON) break;
  }
  return h;
}

function nonZero(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}
