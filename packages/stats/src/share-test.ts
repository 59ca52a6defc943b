import { logAdd, logSumExp } from "./log-sum-exp.ts";

/** Odds factors that the alternative is mixed over: canary failures this many times likelier than the stable side's. */
const FACTORS: readonly number[] = logGrid(1.5, 40, 24);
/**
 * Logarithms of the mixture's weights, proportional to the factors: a large factor has to be found within a few failures, a small one has many to be found
 * by, so that weight costs it little.
 */
const LOG_WEIGHTS: readonly number[] = logShares(FACTORS);

function logGrid(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => low * (high / low) ** (i / (count - 1)));
}

function logShares(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => Math.log(value / sum));
}

/** What one interval of simultaneous traffic brought to both sides; whole numbers since the last interval, failures among the requests. */
export interface ShareCounts {
  readonly canaryRequests: number;
  readonly canaryFailures: number;
  readonly stableRequests: number;
  readonly stableFailures: number;
}

/** All that the test knows: plain JSON, so that a crashed job resumes from it. */
export interface ShareTestState {
  readonly format: 1;
  /** Log of what was staked on each odds factor, times its likelihood ratio since it was staked. */
  readonly logRatios: readonly number[];
  /** Largest log e-value so far. */
  readonly peak: number;
  /** Failures that counted (those of intervals in which both sides had requests). */
  readonly canaryFailures: number;
  readonly stableFailures: number;
}

/** A share test that has seen nothing, with `stake` (above 0, at most 1) as its e-value. */
export function startShareTest(stake = 1): ShareTestState {
  const logRatios = FACTORS.map(() => Math.log(stake));
  return { format: 1, logRatios, peak: Math.min(0, Math.log(stake)), canaryFailures: 0, stableFailures: 0 };
}

/**
 * Starts the test afresh with a further `stake` beside what it has seen so far, so that a change of late is found as if nothing had been seen before. Stakes
 * of 1 in all, sized without looking at the answers to come, keep the sum an e-process: it is a weighted mean of e-processes that start at different times.
 */
export function stakeShareTest(state: ShareTestState, stake: number): ShareTestState {
  if (stake <= 0) return state;
  const fresh = Math.log(stake);
  const next = { ...state, logRatios: state.logRatios.map((ratio) => logAdd(ratio, fresh)) };
  return { ...next, peak: Math.max(state.peak, logShareEvidence(next)) };
}

/**
 * Adds one interval to the test of "a failed answer is the canary's with probability at most w", w being the share of the interval's requests that
 * the canary had. The weighted mean of the odds factors' likelihood ratios is an e-process: under no difference it reaches 1/alpha ever with
 * probability at most alpha (Ville's inequality), however often one looks. Given the counts the canary's failures are hypergeometric, less spread than the
 * binomial assumed (Hoeffding 1963, theorem 4), so the bound holds. An interval with one side idle tells nothing and is skipped.
 */
export function updateShareTest(state: ShareTestState, counts: ShareCounts): ShareTestState {
  const { canaryRequests, canaryFailures, stableRequests, stableFailures } = counts;
  if (canaryRequests <= 0 || stableRequests <= 0 || canaryFailures + stableFailures <= 0) return state;
  const w = canaryRequests / (canaryRequests + stableRequests);
  const logRatios = state.logRatios.map((ratio, i) => {
    const factor = FACTORS[i]!;
    const scale = Math.log(1 - w + factor * w);
    return ratio + canaryFailures * (Math.log(factor) - scale) - stableFailures * scale;
  });
  const next = {
    ...state,
    logRatios,
    canaryFailures: state.canaryFailures + canaryFailures,
    stableFailures: state.stableFailures + stableFailures,
  };
  return { ...next, peak: Math.max(state.peak, logShareEvidence(next)) };
}

/** Natural logarithm of the current e-value. */
export function logShareEvidence(state: Pick<ShareTestState, "logRatios">): number {
  return logSumExp(state.logRatios.map((ratio, i) => ratio + LOG_WEIGHTS[i]!));
}

/** True once the e-value has reached 1/alpha: the canary fails more than its share, at a lifetime false alarm rate of at most alpha. */
export function shareTestRejects(state: ShareTestState, alpha: number): boolean {
  return state.peak >= -Math.log(alpha);
}

/** The anytime-valid p-value: 1 over the largest e-value, at most 1. */
export function shareTestPValue(state: ShareTestState): number {
  return Math.min(1, Math.exp(-state.peak));
}
