import { logBeta } from "./log-gamma.ts";

export interface RateCounts {
  readonly successes: number;
  readonly failures: number;
}

/** Beta prior that the mixture averages over; where it puts its mass the sequence is tightest, validity never depends on it. */
export interface BetaPrior {
  readonly a: number;
  readonly b: number;
}

export interface RateBounds {
  readonly low: number;
  readonly high: number;
}

const UNIFORM: BetaPrior = { a: 1, b: 1 };

/**
 * Bounds of a rate from the counts so far that hold at all times at once with probability 1 - alpha (a confidence sequence): the rates whose
 * beta-binomial mixture likelihood ratio B(a+s, b+f) / (B(a, b) p^s (1-p)^f) stays below 1/alpha (Robbins 1970). Nothing seen gives [0, 1].
 */
export function rateSequence(counts: RateCounts, alpha: number, prior: BetaPrior = UNIFORM): RateBounds {
  const { successes: s, failures: f } = counts;
  if (s + f <= 0) return { low: 0, high: 1 };
  const mixture = logBeta(prior.a + s, prior.b + f) - logBeta(prior.a, prior.b);
  const limit = -Math.log(alpha);
  const outside = (p: number): boolean => mixture - term(s, p) - term(f, 1 - p) >= limit;
  const rate = s / (s + f);
  return { low: edge(0, rate, outside), high: edge(1, rate, outside) };
}

function term(count: number, p: number): number {
  return count === 0 ? 0 : count * Math.log(p);
}

/** The last rate inside on the way from the observed rate out to `end`. */
function edge(end: 0 | 1, rate: number, outside: (p: number) => boolean): number {
  if (rate === end || !outside(end)) return end;
  let out: number = end;
  let inside = rate;
  for (let i = 0; i < 200; i++) {
    const middle = (out + inside) / 2;
    if (middle === out || middle === inside) break;
    if (outside(middle)) out = middle;
    else inside = middle;
  }
  return out;
}
