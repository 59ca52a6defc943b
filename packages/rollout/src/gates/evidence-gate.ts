import { formatDuration } from "@modelyard/base";
import type { GateResult } from "../gate.ts";
import type { PlanStep } from "../plan.ts";

const base = { gate: "evidence", evidence: null, needed: null } as const;

/** Says whether a step has seen enough, in answers and in time; `usable` is false when the last figures could not be used. */
export function judgeEvidence(step: PlanStep, samples: number, elapsedMs: number, usable: boolean): GateResult {
  if (!usable)
    return {
      ...base,
      verdict: "inconclusive",
      reason: "the last figures could not be used (missing, not numbers, or larger than their whole)",
    };
  if (samples < Math.max(1, step.minSamples)) {
    return { ...base, verdict: "inconclusive", reason: `not enough evidence: ${samples} of ${Math.max(1, step.minSamples)} samples` };
  }
  if (elapsedMs < step.minTimeMs) {
    return { ...base, verdict: "inconclusive", reason: `${formatDuration(elapsedMs)} of ${formatDuration(step.minTimeMs)} watched` };
  }
  return { ...base, verdict: "pass", reason: `${samples} samples in ${formatDuration(elapsedMs)}` };
}
