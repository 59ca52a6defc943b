/** Bounds of the first bucket and growth of the rest: 0.05 ms to over two minutes in steps of 5 %. */
const FIRST_MS = 0.05;
const GROWTH = 1.05;
const BUCKETS = 305;
const LOG_GROWTH = Math.log(GROWTH);

/** Counts of durations by logarithmic buckets. */
export type Histogram = Float64Array;

export function newHistogram(): Histogram {
  return new Float64Array(BUCKETS);
}

export function addDuration(histogram: Histogram, durationMs: number): void {
  const at = durationMs <= FIRST_MS ? 0 : Math.ceil(Math.log(durationMs / FIRST_MS) / LOG_GROWTH);
  const index = Math.min(at, BUCKETS - 1);
  histogram[index]! += 1;
}

/** Largest duration of a bucket, in milliseconds. */
function upperMs(index: number): number {
  return FIRST_MS * GROWTH ** index;
}

/** The duration that a share `p` of the counts does not exceed (its bucket's upper bound: at most 5 % too high); null when there are none. */
export function histogramQuantile(histogram: Histogram, p: number): number | null {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  for (let i = 0; i < BUCKETS; i++) {
    seen += histogram[i]!;
    if (seen >= p * total) return upperMs(i);
  }
  return upperMs(BUCKETS - 1);
}

/** Counts above a limit; a bucket that the limit cuts is not counted. */
export function countAbove(histogram: Histogram, limitMs: number): number {
  let count = 0;
  for (let i = BUCKETS - 1; i > 0 && upperMs(i - 1) >= limitMs; i--) count += histogram[i]!;
  return count;
}

/** Later counts minus earlier ones. */
export function histogramSince(later: Histogram, earlier: Histogram): Histogram {
  return later.map((count, i) => count - earlier[i]!);
}
