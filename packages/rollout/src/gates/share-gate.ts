import { logShareEvidence, type ShareTestState, shareTestRejects, updateShareTest } from "@modelyard/stats";
import type { RoleCounts } from "../counts.ts";
import { evidenceOf, type GateResult, percentOf, shortNumber } from "../gate.ts";

/** A kind of bad answer, counted on both sides at the same time. */
export interface ShareGate {
  readonly gate: "errors" | "rejections" | "latency";
  readonly noun: string;
  readonly count: (counts: RoleCounts) => number;
  /** Odds factor that is still taken as equal. */
  readonly tolerance: number;
  /** Share of the step's answers below which even a sure difference is let pass. */
  readonly leastShare: number;
}

/** A new replica's caches are colder, so up to one and a half times the odds of a slow answer are let pass; failures get no such leave. */
const SLOW_TOLERANCE = 1.5;
/** Slow answers come in clusters (one pause of a process delays all that it holds), which the test takes for so many single ones: below this share they are no slow version. */
const LEAST_SLOW_SHARE = 0.02;

export const errorsGate: ShareGate = { gate: "errors", noun: "failed", count: (c) => c.errors, tolerance: 1, leastShare: 0 };
export const rejectionsGate: ShareGate = { gate: "rejections", noun: "rejected", count: (c) => c.rejected, tolerance: 1, leastShare: 0 };
export const latencyGate: ShareGate = {
  gate: "latency",
  noun: "slow",
  count: (c) => c.slow,
  tolerance: SLOW_TOLERANCE,
  leastShare: LEAST_SLOW_SHARE,
};

/** The test's state after a window. Scaling the canary's requests by the tolerance moves the null hypothesis to that odds factor. */
export function updateShareGate(gate: ShareGate, state: ShareTestState, canary: RoleCounts, stable: RoleCounts): ShareTestState {
  return updateShareTest(state, {
    canaryRequests: canary.requests * gate.tolerance,
    canaryFailures: gate.count(canary),
    stableRequests: stable.requests,
    stableFailures: gate.count(stable),
  });
}

/** Fails when the bad answers are the canary's more often than its share of the requests explains, at a lifetime false alarm rate of `alpha`. */
export function judgeShareGate(gate: ShareGate, state: ShareTestState, canary: RoleCounts, stable: RoleCounts, alpha: number): GateResult {
  const needed = 1 / alpha;
  const figures = `${side(gate, canary)} of the new version, ${side(gate, stable)} of the stable`;
  // A gate that needs a share as well needs both at the same moment: what once looked sure may have been one cluster.
  const evidence = evidenceOf(logShareEvidence(state));
  const isSure = gate.leastShare > 0 ? evidence >= needed : shareTestRejects(state, alpha);
  const isFew = gate.leastShare > 0 && gate.count(canary) <= gate.leastShare * canary.requests;
  const base = { gate: gate.gate, evidence, needed };
  if (isSure && !isFew) {
    const peak = evidenceOf(state.peak);
    return { ...base, evidence: peak, verdict: "fail", reason: `${figures}: evidence ${shortNumber(peak)} reached ${shortNumber(needed)}` };
  }
  if (stable.requests === 0 || canary.requests === 0)
    return { ...base, verdict: "inconclusive", reason: `nothing to compare yet: ${figures}` };
  const note = isSure ? `, and no more than ${percentOf(gate.leastShare, 1)} are ${gate.noun}` : "";
  return { ...base, verdict: "pass", reason: `${figures}: evidence ${shortNumber(evidence)} of ${shortNumber(needed)}${note}` };
}

function side(gate: ShareGate, counts: RoleCounts): string {
  return `${gate.count(counts)} of ${counts.requests} ${gate.noun} (${percentOf(gate.count(counts), counts.requests)})`;
}
