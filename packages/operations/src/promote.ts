import { formatDuration } from "@modelyard/base";
import { readStage, resolveModelVersion } from "@modelyard/registry";
import { DEFAULT_SETTINGS, formatPlan, type Plan, type PlannedBody, parsePlan, type StepDefaults } from "@modelyard/rollout";
import { openTarget, type Target } from "@modelyard/traffic";
import type { Context } from "./context.ts";
import { openContextYard, type YardInputs } from "./open-yard.ts";
import { OutcomeError } from "./outcome-error.ts";
import { cancelRollout } from "./promote/cancel-rollout.ts";
import { startDeployment } from "./promote/deployment.ts";
import { decisionsMarkdown } from "./promote/summary.ts";
import { type Watched, watchRollout } from "./promote/watch-rollout.ts";
import { whoAsks } from "./promote/who.ts";
import { requireVersion } from "./require-name.ts";

export interface PromoteInputs extends YardInputs {
  readonly name?: string | undefined;
  readonly version: string;
  readonly target: string;
  /** `shadow, 10, 30, 100`, or a JSON list. */
  readonly plan: string;
  readonly minSamples: number;
  /** Bounds of a step and of waiting, in milliseconds. */
  readonly minTime: number;
  readonly maxTime: number;
  readonly alpha: number;
  readonly maxDisagreement: number;
  readonly latencyBudget?: number | undefined;
  readonly environment: string;
  readonly claimTimeout: number;
  readonly timeout: number;
  readonly failOnRollback: boolean;
  readonly githubToken?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface PromoteOutputs {
  /** Undefined in a dry run. */
  readonly outcome: "promoted" | "rolled-back" | "already" | "aborted" | undefined;
  /** Number of the rollout; undefined when there was none. */
  readonly rollout: number | undefined;
  readonly version: number;
}

/**
 * Promotes a version to production in traffic steps: writes the plan, then watches the gateway carry it out. Throws OutcomeError ROLLED_BACK or ROLLOUT_ABORTED,
 * ROLLOUT_ACTIVE, ROLLOUT_UNCLAIMED, PLAN_INVALID, TARGET_NOT_YET.
 */
export async function promote(inputs: PromoteInputs, context: Context): Promise<PromoteOutputs> {
  const { name, ref } = requireVersion(inputs.name, inputs.version, "model");
  const given = parsePlan(inputs.plan, boundsOf(inputs));
  const yard = await openContextYard(inputs, context, { create: false });
  const target = openTarget(inputs.target, { ...context, yard }, name);
  const { version } = await resolveModelVersion(yard, name, ref);
  const make = async (): Promise<PlannedBody | undefined> => {
    const baseline = (await readStage(yard, name, "production"))?.version ?? null;
    if (baseline === version) return undefined;
    const plan = baseline === null ? firstPlan(given, context) : given;
    return plannedBody(inputs, { name, version, baseline, plan, by: whoAsks(context) });
  };
  const begun = inputs.dryRun ? await rehearse(make, context) : await target.begin({ kind: "promote", version }, make);
  if (begun === undefined) return { outcome: undefined, rollout: undefined, version };
  if (begun.kind === "unneeded") {
    context.log.notice(`${name}@${version} is in production already`);
    return { outcome: "already", rollout: undefined, version };
  }
  context.log.notice(
    begun.kind === "started"
      ? `rollout ${begun.rollout} of ${name}@${version}: a step takes ${inputs.minSamples} samples and ${formatDuration(inputs.minTime)} at least, ${formatDuration(inputs.maxTime)} at most, unless the plan says otherwise`
      : `rollout ${begun.rollout} of ${name}@${version} is under way already; watching it with the plan that it has`,
  );
  const watched = await follow(inputs, context, target, { name, version, rollout: begun.rollout });
  return conclude(inputs, context, { outcome: watched.outcome, rollout: begun.rollout, version }, watched, name);
}

/** What a dry run says instead of beginning a rollout; undefined when it would begin one. */
async function rehearse(make: () => Promise<PlannedBody | undefined>, context: Context): Promise<{ kind: "unneeded" } | undefined> {
  const planned = await make();
  if (planned === undefined) return { kind: "unneeded" };
  context.log.notice(`dry run: would promote ${planned.model}@${planned.version}: ${formatPlan(planned.plan)}`);
  context.log.info(JSON.stringify(planned, null, 2));
  return undefined;
}

function boundsOf({ minSamples, minTime, maxTime }: PromoteInputs): StepDefaults {
  return { minSamples, minTimeMs: minTime, maxTimeMs: maxTime };
}

/** A first version has nobody to share traffic with: one step takes all of it, with the bounds of the plan's last. */
function firstPlan(given: Plan, context: Context): Plan {
  const { minSamples, minTimeMs, maxTimeMs } = given.steps.at(-1)!;
  if (given.steps.length > 1)
    context.log.info("nothing is in production yet, so the plan is one step: all traffic, judged by absolute limits");
  return { steps: [{ kind: "weight", percent: 100, minSamples, minTimeMs, maxTimeMs }] };
}

function plannedBody(
  inputs: PromoteInputs,
  what: { name: string; version: number; baseline: number | null; plan: Plan; by: string },
): PlannedBody {
  const { alpha, maxDisagreement, latencyBudget } = inputs;
  return {
    type: "planned",
    kind: "promote",
    model: what.name,
    target: inputs.target,
    version: what.version,
    baseline: what.baseline,
    plan: what.plan,
    settings: { ...DEFAULT_SETTINGS, alpha, maxDisagreement, latencyBudgetMs: latencyBudget ?? null },
    by: what.by,
  };
}

async function follow(
  inputs: PromoteInputs,
  context: Context,
  target: Target,
  { name, version, rollout }: { name: string; version: number; rollout: number },
): Promise<Watched> {
  const { environment, claimTimeout: claimTimeoutMs, timeout: timeoutMs } = inputs;
  const deployment = await startDeployment(context.github(inputs.githubToken), { environment, model: name, version, rollout }, context);
  try {
    return await watchRollout({
      ...context,
      target,
      rollout,
      claimTimeoutMs,
      timeoutMs,
      onEvent: (event, line) => deployment.follow(event, line),
    });
  } catch (error) {
    if (!context.signal.aborted) throw error;
    context.log.warning("cancelled: sending all traffic back to the stable version");
    const isOver = await cancelRollout(target, rollout, whoAsks(context), context);
    throw new OutcomeError({
      code: "ROLLOUT_ABORTED",
      message: `rollout ${rollout} of ${name}@${version} was cancelled${isOver ? "; all traffic is on the stable version" : "; the gateway sends all traffic back"}`,
      hint: "promote it again when it shall go on",
      outputs: { outcome: "aborted", rollout, version } satisfies PromoteOutputs,
    });
  }
}

async function conclude(
  inputs: PromoteInputs,
  context: Context,
  outputs: PromoteOutputs,
  watched: Watched,
  name: string,
): Promise<PromoteOutputs> {
  const { outcome, rollout, version } = outputs;
  const what = `${name}@${version}`;
  const title = outcome === "promoted" ? `${what} is in production` : `${what} was ${outcome?.replace("-", " ")}`;
  await context.summary(decisionsMarkdown(`Rollout ${rollout}: \`${what}\` ${outcome}`, watched.lines));
  context.log.notice(watched.reason === "" ? title : `${title}: ${watched.reason}`);
  if (outcome === "promoted" || !inputs.failOnRollback) return outputs;
  throw new OutcomeError({
    code: outcome === "aborted" ? "ROLLOUT_ABORTED" : "ROLLED_BACK",
    message: `${title}: ${watched.reason}`,
    hint: "all traffic is on the version before; the events of the rollout say what was measured. `fail-on-rollback: false` lets the step pass",
    outputs,
  });
}
