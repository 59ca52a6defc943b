import { z } from "zod";
import { pairCountsSchema, roleCountsSchema, windowSchema } from "./counts.ts";
import { gateResultSchema, gateTestsSchema } from "./gate.ts";
import { planSchema } from "./plan.ts";

export const settingsSchema = z.strictObject({
  /** Chance, over the whole rollout, that an equally good version is rolled back. */
  alpha: z.number().gt(0).lt(1),
  /** Share of mirrored answers that may differ. */
  maxDisagreement: z.number().min(0).max(1),
  /** Limit of p95 of the golden replays and, without a stable version, of an answer; null: none. */
  latencyBudgetMs: z.number().positive().nullable(),
  /** Share of failures allowed when there is no stable version to compare with. */
  maxErrorRate: z.number().gt(0).lt(1),
  /** Percent of the traffic the stable version keeps in the last step, since the comparison is blind without it. */
  stableShare: z.number().gt(0).lt(50),
});
export type RolloutSettings = z.infer<typeof settingsSchema>;

export const DEFAULT_SETTINGS: RolloutSettings = {
  alpha: 0.001,
  maxDisagreement: 0.25,
  latencyBudgetMs: null,
  maxErrorRate: 0.05,
  stableShare: 5,
};

export const checkSchema = z.strictObject({ name: z.string(), passed: z.boolean(), detail: z.string() });
/** One staging check of the candidate, before any traffic. */
export type StagingCheck = z.infer<typeof checkSchema>;

export const stepTotalsSchema = z.strictObject({ stable: roleCountsSchema, canary: roleCountsSchema, pairs: pairCountsSchema });

const version = z.int().positive();
/** Longest reason, and longest name of who asked, that an event holds. */
export const MAX_REASON_LENGTH = 2_000;
export const MAX_BY_LENGTH = 500;

const reason = z.string().max(MAX_REASON_LENGTH);
const index = z.int().min(0);

const planned = z.strictObject({
  type: z.literal("planned"),
  kind: z.enum(["promote", "rollback"]),
  model: z.string(),
  target: z.string(),
  version,
  /** Version that served when the plan was made; null when none did. */
  baseline: version.nullable(),
  plan: planSchema,
  settings: settingsSchema,
  /** Who asked, for people: a workflow run's address or a host's name. */
  by: z.string().max(MAX_BY_LENGTH),
});
const measured = z.strictObject({
  type: z.literal("measured"),
  index,
  /** Time the step has been watched for, by a clock that never jumps; time without a gateway does not count. */
  elapsedMs: z.number().min(0),
  canaryPercent: z.number().min(0).max(100),
  mirrorPercent: z.number().min(0).max(100),
  /** Null when the figures could not be used. */
  window: windowSchema.nullable(),
  totals: stepTotalsSchema,
  /** Slow means slower than this; null until the stable version has answered enough to set it. */
  budgetMs: z.number().positive().nullable(),
  tests: gateTestsSchema,
  gates: z.array(gateResultSchema),
  verdict: z.enum(["pass", "inconclusive", "fail"]),
});

export const eventBodySchema = z.discriminatedUnion("type", [
  planned,
  z.strictObject({ type: z.literal("claimed"), holder: z.string(), gateway: z.string() }),
  z.strictObject({ type: z.literal("staging-passed"), checks: z.array(checkSchema) }),
  z.strictObject({ type: z.literal("staging-failed"), checks: z.array(checkSchema), reason }),
  z.strictObject({
    type: z.literal("step-started"),
    index,
    canaryPercent: z.number().min(0).max(100),
    mirrorPercent: z.number().min(0).max(100),
    budgetMs: z.number().positive().nullable(),
  }),
  measured,
  z.strictObject({ type: z.literal("step-passed"), index, reason }),
  z.strictObject({ type: z.literal("step-held"), index, reason, elapsedMs: z.number(), untilMs: z.number() }),
  z.strictObject({ type: z.literal("gate-failed"), index, gate: z.string(), reason }),
  z.strictObject({ type: z.literal("rolling-back"), reason, aborted: z.boolean() }),
  z.strictObject({ type: z.literal("rolled-back"), reason }),
  z.strictObject({ type: z.literal("completing") }),
  z.strictObject({ type: z.literal("completed") }),
  z.strictObject({ type: z.literal("aborted"), reason }),
  z.strictObject({ type: z.literal("abort-requested"), by: z.string().max(MAX_BY_LENGTH), reason }),
]);
/** What happened, without its place and time. */
export type RolloutEventBody = z.infer<typeof eventBodySchema>;

/**
 * `rollouts/<model>/<target>/<id>/<seq>.json`: an event with its number and the wall time, which is for people and never decides. `id` (a ULID) tells one
 * writer's event from another's with the same words.
 */
export const rolloutEventSchema = z.strictObject({
  format: z.literal(1),
  seq: z.int().positive(),
  time: z.iso.datetime(),
  id: z.string(),
  event: eventBodySchema,
});
export type RolloutEvent = z.infer<typeof rolloutEventSchema>;

export type PlannedBody = z.infer<typeof planned>;
export type MeasuredBody = z.infer<typeof measured>;
