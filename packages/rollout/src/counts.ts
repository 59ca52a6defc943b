import { z } from "zod";

const count = z.int().min(0);

export const roleCountsSchema = z.strictObject({
  /** Calls of the model that were answered, or whose answer is overdue. */
  requests: count,
  /** Answers 500 to 599, broken connections, time-outs, and calls that had to be given to the stable version. */
  errors: count,
  /** Answers 400 to 499: requests the version would not take. */
  rejected: count,
  /** Answers slower than the step's budget. */
  slow: count,
  p50Ms: z.number().min(0).nullable(),
  p95Ms: z.number().min(0).nullable(),
});
/** What one version did in a window or a step. */
export type RoleCounts = z.infer<typeof roleCountsSchema>;

export const pairCountsSchema = z.strictObject({
  /** Answers (rows) of mirrored requests that both versions gave. */
  compared: count,
  /** Copies not compared: the queue was full, or an answer could not be read. */
  lost: count,
  /** Of the compared, those that differ. */
  differed: count,
});
export type PairCounts = z.infer<typeof pairCountsSchema>;

export const windowSchema = z.strictObject({
  stable: roleCountsSchema,
  /** The new version; in a shadow step its mirrored copies. */
  canary: roleCountsSchema,
  pairs: pairCountsSchema,
  /** Replicas that can take traffic now. */
  stableReady: count,
  canaryReady: count,
  /** Replicas of the new version that ended by themselves in this window. */
  canaryCrashes: count,
});
/** What happened since the last measurement. */
export type Window = z.infer<typeof windowSchema>;

export const noCounts: RoleCounts = { requests: 0, errors: 0, rejected: 0, slow: 0, p50Ms: null, p95Ms: null };
export const noPairs: PairCounts = { compared: 0, lost: 0, differed: 0 };
export const emptyWindow: Window = { stable: noCounts, canary: noCounts, pairs: noPairs, stableReady: 0, canaryReady: 0, canaryCrashes: 0 };

/** Sums of counters; the quantiles are those of the later part, since quantiles do not add. */
export function addCounts(a: RoleCounts, b: RoleCounts): RoleCounts {
  return {
    requests: a.requests + b.requests,
    errors: a.errors + b.errors,
    rejected: a.rejected + b.rejected,
    slow: a.slow + b.slow,
    p50Ms: b.p50Ms ?? a.p50Ms,
    p95Ms: b.p95Ms ?? a.p95Ms,
  };
}

export function addPairs(a: PairCounts, b: PairCounts): PairCounts {
  return { compared: a.compared + b.compared, lost: a.lost + b.lost, differed: a.differed + b.differed };
}

/** The window when every figure in it can be true; undefined when one is missing, NaN, infinite, negative or larger than its whole. */
export function usableWindow(value: unknown): Window | undefined {
  const parsed = windowSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { stable, canary, pairs } = parsed.data;
  const whole = [stable, canary].every((c) => c.errors + c.rejected <= c.requests && c.slow <= c.requests);
  return whole && pairs.differed <= pairs.compared ? parsed.data : undefined;
}
