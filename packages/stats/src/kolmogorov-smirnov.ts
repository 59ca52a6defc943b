/** Terms of Kolmogorov's series until they vanish in double precision. */
const SERIES_TERMS = 101;
/** Cells of the exact recursion that are worth their time (about a millisecond); larger samples use the asymptotic tail, which is then a few percent too large. */
const EXACT_CELLS = 250_000;

/** Largest distance between the distribution functions of two ascending samples; neither empty. */
export function ksDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let i = 0;
  let j = 0;
  let distance = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i]! <= value) i++;
    while (j < b.length && b[j]! <= value) j++;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  return distance;
}

/** Tail of Kolmogorov's limiting distribution: P(sqrt(n) D > x). */
export function kolmogorovTail(x: number): number {
  if (x <= 0.2) return 1;
  let sum = 0;
  for (let k = 1; k < SERIES_TERMS; k++) {
    const term = Math.exp(-2 * k * k * x * x);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-18) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}

/** Two-sided p-value of a two-sample distance: exact for small samples (too large where there are ties), else asymptotic with n m / (n + m). */
export function ksPValue(distance: number, n: number, m: number): number {
  if (n * m <= EXACT_CELLS) return exactTail(distance, n, m);
  return kolmogorovTail(distance * Math.sqrt((n * m) / (n + m)));
}

/**
 * Share of the lattice paths from (0, 0) to (n, m) that reach the distance (Hodges 1958): each path is one order of the pooled sample. Paths that stay
 * inside are counted as probabilities, row by row, so that nothing overflows.
 */
function exactTail(distance: number, n: number, m: number): number {
  // Distances are multiples of 1/(n m); half a step keeps rounding from moving one across.
  const limit = distance - 0.5 / (n * m);
  const inside = (i: number, j: number): boolean => Math.abs(i / n - j / m) < limit;
  const row = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      if (!inside(i, j)) row[j] = 0;
      else if (i === 0 && j === 0) row[j] = 1;
      else row[j] = fromLeft(row, i, j, n, m) + fromBelow(row, i, j, n, m);
    }
  }
  return Math.min(1, Math.max(0, 1 - row[m]!));
}

/** Chance to arrive at (i, j) by a step in j: the step's probability given what is left. */
function fromLeft(row: Float64Array, i: number, j: number, n: number, m: number): number {
  return j === 0 ? 0 : row[j - 1]! * ((m - j + 1) / (n - i + m - j + 1));
}

function fromBelow(row: Float64Array, i: number, j: number, n: number, m: number): number {
  return i === 0 ? 0 : row[j]! * ((n - i + 1) / (n - i + 1 + m - j));
}
