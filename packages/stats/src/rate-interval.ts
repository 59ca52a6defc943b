import { betaQuantile } from "./distributions.ts";
import { normalQuantile } from "./normal.ts";

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Wilson's score interval of a rate, without continuity correction (Wilson 1927); [0, 1] for no trials. */
export function wilson(successes: number, trials: number, level: number): Bounds {
  if (trials <= 0) return { low: 0, high: 1 };
  const z = normalQuantile((1 + level) / 2);
  const rate = successes / trials;
  const shrink = 1 + (z * z) / trials;
  const centre = (rate + (z * z) / (2 * trials)) / shrink;
  const half = (z / shrink) * Math.sqrt((rate * (1 - rate)) / trials + (z * z) / (4 * trials * trials));
  return { low: successes === 0 ? 0 : Math.max(0, centre - half), high: successes === trials ? 1 : Math.min(1, centre + half) };
}

/** The exact interval of a rate (Clopper and Pearson 1934); [0, 1] for no trials. */
export function clopperPearson(successes: number, trials: number, level: number): Bounds {
  const tail = (1 - level) / 2;
  return {
    low: successes <= 0 ? 0 : betaQuantile(tail, successes, trials - successes + 1),
    high: successes >= trials ? 1 : betaQuantile(1 - tail, successes + 1, trials - successes),
  };
}

/** Newcombe's interval (method 10) of the difference of two paired rates, from the 2 by 2 table of both right, only first, only second, neither. */
export function pairedRateDifference(both: number, firstOnly: number, secondOnly: number, neither: number, level: number): Bounds {
  const n = both + firstOnly + secondOnly + neither;
  if (n === 0) return { low: -1, high: 1 };
  const p1 = (both + firstOnly) / n;
  const p2 = (both + secondOnly) / n;
  const one = wilson(both + firstOnly, n, level);
  const two = wilson(both + secondOnly, n, level);
  const phi = pairedCorrelation(both, firstOnly, secondOnly, neither);
  const reach = (a: number, b: number): number => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
  return { low: p1 - p2 - reach(p1 - one.low, two.high - p2), high: p1 - p2 + reach(one.high - p1, p2 - two.low) };
}

/** Correlation with Newcombe's continuity correction of a positive numerator. */
function pairedCorrelation(e: number, f: number, g: number, h: number): number {
  const product = (e + f) * (g + h) * (e + g) * (f + h);
  if (product === 0) return 0;
  const n = e + f + g + h;
  const plain = e * h - f * g;
  const corrected = plain > n / 2 ? plain - n / 2 : Math.min(plain, 0);
  return corrected / Math.sqrt(product);
}
