import { logGamma } from "./log-gamma.ts";

/**
 * Natural logarithm of the odds against "the counts have the probabilities theta", by a Dirichlet(concentration * theta) mixture (Lindon and Malek,
 * Anytime-Valid Inference for Multinomial Count Data, NeurIPS 2022). Under theta exp(value) reaches 1/alpha ever with probability at most alpha: it finds a sample
 * ratio mismatch of a traffic split while it runs. `theta` sums to 1, all positive.
 */
export function logMultinomialOdds(counts: readonly number[], theta: readonly number[], concentration = 100): number {
  let total = 0;
  let log = 0;
  for (const [i, count] of counts.entries()) {
    const p = theta[i]!;
    const alpha = concentration * p;
    total += count;
    log += logGamma(alpha + count) - logGamma(alpha) - count * Math.log(p);
  }
  return log + logGamma(concentration) - logGamma(concentration + total);
}
