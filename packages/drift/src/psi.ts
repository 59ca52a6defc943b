/** Smallest share that PSI takes a logarithm of: one row in ten thousand; without it an empty bin would be infinite. */
const EPSILON = 1e-4;

/**
 * Population stability index of two distributions over the same bins: the sum of (live - reference) * ln(live / reference), shares below 1e-4 raised to it.
 * Common reading: below 0.1 little, from 0.2 on much.
 */
export function populationStability(reference: readonly number[], live: readonly number[]): number {
  let sum = 0;
  for (const [i, share] of reference.entries()) {
    const expected = Math.max(share, EPSILON);
    const actual = Math.max(live[i] ?? 0, EPSILON);
    sum += (actual - expected) * Math.log(actual / expected);
  }
  return sum;
}
