import { isUlid, parseName } from "@modelyard/base";
import type { Artifact, DatasetRef, RunRecord } from "@modelyard/lineage";
import type { NewRunEvent } from "@modelyard/registry";
import type { Context } from "../context.ts";
import { programsOf } from "../run-program.ts";
import { checkedOutCommit, collectEnvironment } from "./environment.ts";
import { collectHardware } from "./hardware.ts";
import { type MetricValues, numbersOf } from "./metrics-file.ts";
import type { RecordInputs } from "./record-inputs.ts";
import type { RunFile } from "./run-files.ts";

/** What the inputs say, checked: everything that can be wrong is found before the first write. */
export interface RecordPlan {
  readonly run: string;
  readonly before: RunRecord | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly metrics: MetricValues | undefined;
  readonly dataset: DatasetRef | undefined;
  readonly files: readonly RunFile[];
}

/** The events to append, in order. */
export async function eventsOf(
  inputs: RecordInputs,
  plan: RecordPlan,
  artifacts: readonly Artifact[],
  context: Context,
): Promise<NewRunEvent[]> {
  switch (inputs.event) {
    case "started":
      return [await startedEvent(inputs, plan, context)];
    case "progress":
      return [
        {
          type: "progress",
          step: inputs.step!,
          ...present({ total: inputs.total, message: inputs.message }),
          ...(plan.metrics && { values: numbersOf(plan.metrics) }),
        },
      ];
    case "metrics":
      return [{ type: "metrics", values: plan.metrics! }];
    case "checkpoint":
      return artifacts.map(({ digest, size }) => ({ type: "checkpoint", step: inputs.step!, digest, size }));
    case "artifact":
      return artifacts.map((artifact) => ({ type: "artifact", artifact }));
    case "finished":
      return [finishedEvent(inputs, plan, context)];
    case "all": {
      // A training script may have written the start itself; a run that ended before is being made again.
      const starts = plan.before?.hardware === undefined || plan.before.status !== "running";
      return [
        ...(starts ? [await startedEvent(inputs, plan, context)] : []),
        ...(plan.metrics ? [{ type: "metrics" as const, values: plan.metrics }] : []),
        ...artifacts.map((artifact) => ({ type: "artifact" as const, artifact })),
        finishedEvent(inputs, plan, context),
      ];
    }
  }
}

async function startedEvent(inputs: RecordInputs, plan: RecordPlan, context: Context): Promise<NewRunEvent> {
  const programs = programsOf(context.env, context.cwd);
  const { job } = context;
  return {
    type: "started",
    ...present({
      model: inputs.name === undefined ? undefined : parseName(inputs.name, "model name"),
      commit: job.headSha ?? job.sha ?? (await checkedOutCommit(programs)),
      repository: job.repository,
      workflowRun: job.runUrl,
      dataset: plan.dataset,
    }),
    parameters: plan.parameters,
    environment: await collectEnvironment(context.env, programs),
    hardware: await collectHardware(programs),
  };
}

function finishedEvent(inputs: RecordInputs, plan: RecordPlan, context: Context): NewRunEvent {
  const outcome = inputs.outcome === "success" ? "succeeded" : inputs.outcome === "failure" ? "failed" : inputs.outcome;
  const begun = plan.before === undefined ? runMinted(inputs.run) : Date.parse(plan.before.started);
  const durationMs = inputs.duration ?? (begun === undefined ? 0 : Math.max(0, context.clock.now() - begun));
  return { type: "finished", outcome, durationMs, ...present({ reason: inputs.message }) };
}

/** When a run without events was asked for: the first ten characters of its ULID are milliseconds in base 32. */
function runMinted(run: string | undefined): number | undefined {
  if (run === undefined || !isUlid(run)) return undefined;
  return [...run.slice(0, 10)].reduce((time, character) => time * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(character), 0);
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
}
