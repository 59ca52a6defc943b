import { z } from "zod";

/** Bounds of one step; times in milliseconds. */
const limits = {
  /** Answers of the new version (copies compared, in a shadow step) below which nothing passes. */
  minSamples: z.int().min(0),
  minTimeMs: z.int().min(0),
  /** A step that is still inconclusive then is rolled back. */
  maxTimeMs: z.int().min(0),
};

export const planStepSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("shadow"), ...limits }),
  z.strictObject({ kind: z.literal("weight"), percent: z.number().gt(0).max(100), ...limits }),
]);
/** One step: copies of the traffic (`shadow`), or `percent` of it. */
export type PlanStep = z.infer<typeof planStepSchema>;

export const planSchema = z.strictObject({ steps: z.array(planStepSchema).min(1).max(50) });
/** Steps in the order they are taken; percents rise. */
export type Plan = z.infer<typeof planSchema>;

/** Bounds that a step gets when the plan does not give its own. */
export type StepDefaults = Pick<PlanStep, "minSamples" | "minTimeMs" | "maxTimeMs">;

/** Answers a step waits for by default: enough that a share of failures of 5 % shows with 99 % probability (1 - 0.95^100). */
export const DEFAULT_STEP: StepDefaults = { minSamples: 100, minTimeMs: 60_000, maxTimeMs: 15 * 60_000 };

/** A step for people: `shadow`, `10 %`. */
export function formatStep(step: PlanStep): string {
  return step.kind === "shadow" ? "shadow" : `${step.percent} %`;
}

/** The whole plan for people: `shadow, 10 %, 30 %, 100 %`. */
export function formatPlan(plan: Plan): string {
  return plan.steps.map(formatStep).join(", ");
}
