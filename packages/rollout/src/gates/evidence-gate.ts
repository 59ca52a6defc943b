import { formatDuration } from "@modelyard/base";
import type { GateResult } from "../gate.ts";
import type { PlanStep } from "../plan.ts";

const base = { gate: "evidence", evidence: null, needed: null } as const;

/** What a step has seen. */
export interface Seen {
  readonly samples: number;
  readonly elapsedMs: number;
  /** False when the last figures could not be used. */
  readonly usable: boolean;
  /** Nothing serves beside the new version: a service that cannot get clients before it is live is not held up by having none at all. */
  readonly isFirst: boolean;
}

/** Says whether a step has seen enough, in answers and in time. */
export function judgeEvidence(step: PlanStep, { samples, elapsedMs, usable, isFirst }: Seen): GateResult {
  const needed = isFirst && samples === 0 ? 0 : Math.max(1, step.minSamples);
  if (!usable)
    return {
      ...base,
      verdict: "inconclusive",
      reason: "the last figures could not be used (missing, not numbers, or larger than their whole)",
    };
  if (samples < needed) {
    return { ...base, verdict: "inconclusive", reason: `not enough evidence: ${samples} of ${needed} samples` };
  }
  if (elapsedMs < step.minTimeMs) {
    return { ...base, verdict: "inconclusive", reason: `${formatDuration(elapsedMs)} of ${formatDuration(step.minTimeMs)} watched` };
  }
  if (samples === 0) {
    const reason = `no request came in ${formatDuration(elapsedMs)}: passed on time and its staging checks alone, nothing was measured`;
    return { ...base, verdict: "pass", reason };
  }
  return { ...base, verdict: "pass", reason: `${samples} samples in ${formatDuration(elapsedMs)}` };
}
