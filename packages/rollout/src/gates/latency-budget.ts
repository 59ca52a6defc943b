import type { RoleCounts } from "../counts.ts";

/** Answers of the stable version that a p95 needs before it is more than chance. */
const MIN_STABLE_SAMPLES = 20;
/** An answer is slow when it takes this much longer than 95 % of the stable version's... */
const BUDGET_FACTOR = 1.25;
/** ...and this much more on top: below it, scheduling noise and not the model decides. */
const BUDGET_FLOOR_MS = 5;

/** The time above which an answer counts as slow in a step, from the stable version's p95 when the step starts; null when too little was seen. */
export function latencyBudget(stable: RoleCounts): number | null {
  if (stable.p95Ms === null || stable.requests < MIN_STABLE_SAMPLES) return null;
  return stable.p95Ms * BUDGET_FACTOR + BUDGET_FLOOR_MS;
}
