import { remoteError, userError } from "@modelyard/base";
import { judgeStageMove } from "@modelyard/lineage";
import { readStage, resolveModelVersion, stageHistory, stagesOf } from "@modelyard/registry";
import { DEFAULT_SETTINGS, isFinished, type PlannedBody } from "@modelyard/rollout";
import type { Yard } from "@modelyard/store";
import { openTarget, type ReadRollout, type Target } from "@modelyard/traffic";
import type { Context } from "./context.ts";
import { openContextYard, type YardInputs } from "./open-yard.ts";
import { startDeployment } from "./promote/deployment.ts";
import { previousVersion } from "./promote/previous-version.ts";
import { decisionsMarkdown } from "./promote/summary.ts";
import { type Watched, watchRollout } from "./promote/watch-rollout.ts";
import { whoAsks } from "./promote/who.ts";
import { requireVersion } from "./require-name.ts";

export interface RollbackInputs extends YardInputs {
  readonly name?: string | undefined;
  /** Version to go back to; the one before when absent. */
  readonly version?: string | undefined;
  readonly target: string;
  readonly reason: string;
  readonly environment: string;
  /** Milliseconds. */
  readonly claimTimeout: number;
  readonly timeout: number;
  readonly githubToken?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface RollbackOutputs {
  /** Undefined in a dry run. */
  readonly outcome: "rolled-back" | "already" | undefined;
  readonly rollout: number | undefined;
  /** Version that serves now; undefined when an aborted first promotion leaves none. */
  readonly version: number | undefined;
}

/**
 * Sends all traffic back at once: ends a promotion that is under way, which is all when no version is named, else goes to the version before or the named one.
 * Asks nothing of the present version or of metrics. Throws NOTHING_TO_ROLL_BACK, ROLLBACK_NEVER_SERVED, ROLLBACK_FAILED, ROLLOUT_UNCLAIMED.
 */
export async function rollback(inputs: RollbackInputs, context: Context): Promise<RollbackOutputs> {
  const { name, ref } = requireVersion(inputs.name, inputs.version ?? "latest", "model");
  const isNamed = inputs.version !== undefined || inputs.name!.includes("@");
  const yard = await openContextYard(inputs, context, { create: false });
  const target = openTarget(inputs.target, { ...context, yard }, name);
  const named = isNamed ? (await resolveModelVersion(yard, name, ref)).version : undefined;
  if (named !== undefined) await requireServed(yard, name, named);
  const active = await activeRollout(target);
  if (active !== undefined && active.state.kind === "promote") {
    const ended = await endPromotion(inputs, context, target, active);
    if (ended !== undefined && named === undefined) return ended;
  }
  if (inputs.dryRun && active !== undefined) return { outcome: undefined, rollout: active.id, version: active.state.version };
  const version = named ?? (await versionBefore(yard, name));
  const make = async (): Promise<PlannedBody | undefined> => {
    const present = (await readStage(yard, name, "production"))?.version ?? null;
    return present === version ? undefined : plannedBody(inputs, name, version, present, context);
  };
  if (inputs.dryRun) return rehearse(make, context, name, version);
  const begun = await target.begin({ kind: "rollback", version }, make);
  if (begun.kind === "unneeded") return already(context, name, version);
  const { rollout } = begun;
  const watched = await watch(inputs, context, target, { name, version, rollout });
  if (watched.outcome !== "promoted") throw rollbackFailed(name, version, watched);
  return conclude(context, { outcome: "rolled-back", rollout, version }, watched, name);
}

async function rehearse(
  make: () => Promise<PlannedBody | undefined>,
  context: Context,
  name: string,
  version: number,
): Promise<RollbackOutputs> {
  const planned = await make();
  if (planned === undefined) return already(context, name, version);
  const { model, baseline } = planned;
  context.log.notice(`dry run: would go from ${model}@${baseline ?? "nothing"} to ${model}@${version} at once`);
  return { outcome: undefined, rollout: undefined, version };
}

function already(context: Context, name: string, version: number): RollbackOutputs {
  context.log.notice(`${name}@${version} is in production already`);
  return { outcome: "already", rollout: undefined, version };
}

async function activeRollout(target: Target): Promise<ReadRollout | undefined> {
  const latest = await target.latest();
  return latest === undefined || isFinished(latest.state) ? undefined : latest;
}

/** Ends a promotion under way. Undefined when it was too late for that and the new version is in production. */
async function endPromotion(
  inputs: RollbackInputs,
  context: Context,
  target: Target,
  active: ReadRollout,
): Promise<RollbackOutputs | undefined> {
  const { model, version, baseline } = active.state;
  if (inputs.dryRun) {
    context.log.notice(`dry run: would abort rollout ${active.id} of ${model}@${version}`);
    return { outcome: undefined, rollout: active.id, version: baseline ?? undefined };
  }
  context.log.notice(`aborting rollout ${active.id} of ${model}@${version}`);
  await target.requestAbort(active.id, whoAsks(context), inputs.reason);
  const watched = await watch(inputs, context, target, { name: model, version: baseline ?? version, rollout: active.id });
  if (watched.outcome === "promoted") return undefined;
  return conclude(context, { outcome: "rolled-back", rollout: active.id, version: baseline ?? undefined }, watched, model);
}

async function watch(
  inputs: RollbackInputs,
  context: Context,
  target: Target,
  { name, version, rollout }: { name: string; version: number; rollout: number },
): Promise<Watched> {
  const { environment, claimTimeout: claimTimeoutMs, timeout: timeoutMs } = inputs;
  // GitHub is asked beside the watching: a rollback waits for nobody.
  const deployment = startDeployment(context.github(inputs.githubToken), { environment, model: name, version, rollout }, context);
  const watched = await watchRollout({ ...context, target, rollout, claimTimeoutMs, timeoutMs });
  // What ends well for a rollback is an aborted promotion or a completed rollout of the old version: both are the deployment's success.
  if (watched.outcome !== "rolled-back") await (await deployment).follow({ type: "completed" }, `${name}@${version} serves all traffic`);
  else await (await deployment).follow({ type: "rolled-back", reason: watched.reason }, watched.reason);
  return watched;
}

async function versionBefore(yard: Yard, name: string): Promise<number> {
  const version = previousVersion(await stageHistory(yard, name, "production"));
  if (version !== undefined) return version;
  throw userError(
    "NOTHING_TO_ROLL_BACK",
    `${name} has no production version before the present one`,
    "name one: `version: 3`; stages and versions are in the yard",
  );
}

/** A rollback skips every check, so it goes to what has served before; the stage could not be moved to another one in the end. */
async function requireServed(yard: Yard, name: string, version: number): Promise<void> {
  const served = new Set((await stageHistory(yard, name, "production")).map((event) => event.version));
  const verdict = judgeStageMove({
    from: await stagesOf(yard, name, version),
    to: "production",
    wasInProduction: served.has(version),
  });
  if (verdict.kind === "allowed") return;
  const known = [...served].filter((one) => one !== null).sort((a, b) => a - b);
  throw userError(
    "ROLLBACK_NEVER_SERVED",
    `${name}@${version} was never in production, so there is nothing to go back to`,
    `${known.length === 0 ? "no version was" : `name one that was (${known.join(", ")})`}; a version that is new goes to production with \`promote\``,
  );
}

function plannedBody(inputs: RollbackInputs, name: string, version: number, baseline: number | null, context: Context): PlannedBody {
  const step = { kind: "weight", percent: 100, minSamples: 0, minTimeMs: 0, maxTimeMs: 0 } as const;
  return {
    type: "planned",
    kind: "rollback",
    model: name,
    target: inputs.target,
    version,
    baseline,
    plan: { steps: [step] },
    settings: DEFAULT_SETTINGS,
    by: `${whoAsks(context)}: ${inputs.reason}`.slice(0, 500),
  };
}

function rollbackFailed(name: string, version: number, { reason }: Watched) {
  return remoteError("ROLLBACK_FAILED", `${name}@${version} could not take over: ${reason}`, {
    hint: "name another version that is known to start; the present one still has all traffic",
  });
}

async function conclude(context: Context, outputs: RollbackOutputs, watched: Watched, name: string): Promise<RollbackOutputs> {
  const title = outputs.version === undefined ? `no version of ${name} serves` : `${name}@${outputs.version} serves all traffic`;
  await context.summary(decisionsMarkdown(`Rollback: ${title}`, watched.lines));
  context.log.notice(title);
  return outputs;
}
