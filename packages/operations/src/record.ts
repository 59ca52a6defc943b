import { type Digest, isUlid, parseName, userError } from "@modelyard/base";
import type { Artifact, DatasetRef, RunRecord } from "@modelyard/lineage";
import { runRecord } from "@modelyard/lineage";
import { appendRunEvent, type NewRunEvent, newRunId, readRunEvents } from "@modelyard/registry";
import type { Yard } from "@modelyard/store";
import type { Context } from "./context.ts";
import { resolveDatasetInput } from "./dataset-input.ts";
import { openContextYard, type YardInputs } from "./open-yard.ts";
import { readFileInput } from "./read-file-input.ts";
import { checkedOutCommit, collectEnvironment } from "./record/environment.ts";
import { collectHardware } from "./record/hardware.ts";
import { type MetricValues, numbersOf, parseMetricsFile } from "./record/metrics-file.ts";
import { findRunFiles, type RunFile, storeRunFiles } from "./record/run-files.ts";
import { programsOf } from "./run-program.ts";

export type RecordEvent = "all" | "started" | "progress" | "metrics" | "checkpoint" | "artifact" | "finished";
/** `success` and `failure` are the words of `job.status`. */
export type RecordOutcome = "succeeded" | "failed" | "cancelled" | "success" | "failure";

export interface RecordInputs extends YardInputs {
  readonly run?: string | undefined;
  readonly event: RecordEvent;
  /** Name of the model that is trained. */
  readonly name?: string | undefined;
  readonly dataset?: string | undefined;
  readonly parameters?: unknown;
  readonly metrics?: string | undefined;
  readonly model?: string | undefined;
  readonly signature?: string | undefined;
  readonly golden?: string | undefined;
  readonly artifacts?: readonly string[] | undefined;
  /** File of a checkpoint. */
  readonly path?: string | undefined;
  readonly step?: number | undefined;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
  readonly outcome: RecordOutcome;
  /** Milliseconds that the training took. */
  readonly duration?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface RecordOutputs {
  readonly run: string;
  /** Files stored: name, role, digest, size. */
  readonly digests: readonly Artifact[];
  readonly modelDigest: Digest | undefined;
}

/** What the inputs say, checked: everything that can be wrong is found before the first write. */
interface Plan {
  readonly run: string;
  readonly before: RunRecord | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly metrics: MetricValues | undefined;
  readonly dataset: DatasetRef | undefined;
  readonly files: readonly RunFile[];
}

/** Writes events of a training run into the yard: one of them from a training script, or all at the end of a job. */
export async function record(inputs: RecordInputs, context: Context): Promise<RecordOutputs> {
  const yard = await openContextYard(inputs, context, { create: !inputs.dryRun });
  const plan = await planRecord(inputs, yard, context);
  if (inputs.dryRun) {
    context.log.notice(`dry run: would record ${inputs.event} of run ${plan.run} with ${plan.files.length} files`);
    return { run: plan.run, digests: [], modelDigest: undefined };
  }
  const artifacts = await storeRunFiles(plan.files, yard, context.signal);
  const events = await eventsOf(inputs, plan, artifacts, context);
  for (const event of events) await appendRunEvent(yard, plan.run, event, context);
  context.log.notice(`run ${plan.run}: recorded ${events.map((event) => event.type).join(", ")}`);
  if (inputs.event === "all") await context.summary(summaryOf(plan, artifacts));
  return { run: plan.run, digests: artifacts, modelDigest: artifacts.find((artifact) => artifact.role === "model")?.digest };
}

async function planRecord(inputs: RecordInputs, yard: Yard, context: Context): Promise<Plan> {
  const run = inputs.run === undefined ? newRunId(context) : parseName(inputs.run, "run");
  if (inputs.event === "progress" || inputs.event === "checkpoint") requireInput(inputs.step, "step", inputs.event);
  if (inputs.event === "metrics") requireInput(inputs.metrics, "metrics", inputs.event);
  const files = await filesOf(inputs, context.cwd);
  const metrics =
    inputs.metrics === undefined
      ? undefined
      : parseMetricsFile(await readFileInput("metrics", inputs.metrics, context.cwd), inputs.metrics).values;
  const parameters = parametersOf(inputs.parameters);
  const dataset =
    inputs.dataset === undefined || !startsRun(inputs.event) ? undefined : await resolveDatasetInput(inputs.dataset, yard, context.cwd);
  const before = inputs.run === undefined ? undefined : runRecord(await readRunEvents(yard, run));
  return { run, before, parameters, metrics, dataset, files };
}

async function filesOf(inputs: RecordInputs, cwd: string): Promise<RunFile[]> {
  switch (inputs.event) {
    case "all":
      return findRunFiles(inputs, cwd);
    case "artifact": {
      const { model, signature, golden, artifacts } = inputs;
      const files = await findRunFiles({ model, signature, golden, artifacts }, cwd);
      requireInput(files[0], "artifacts` or `model", inputs.event);
      return files;
    }
    case "checkpoint":
      return findRunFiles({ artifacts: [requireInput(inputs.path, "path", inputs.event)] }, cwd);
    default:
      return [];
  }
}

function startsRun(event: RecordEvent): boolean {
  return event === "all" || event === "started";
}

function requireInput<T>(value: T | undefined, name: string, event: RecordEvent): T {
  if (value !== undefined) return value;
  throw userError("INPUT_INVALID", `the event ${event} needs the input \`${name}\``, `set \`${name}\``);
}

function parametersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  throw userError("INPUT_INVALID", "parameters is not a JSON object", 'write for example parameters: {"epochs": 10}');
}

async function eventsOf(inputs: RecordInputs, plan: Plan, artifacts: readonly Artifact[], context: Context): Promise<NewRunEvent[]> {
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

async function startedEvent(inputs: RecordInputs, plan: Plan, context: Context): Promise<NewRunEvent> {
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

function finishedEvent(inputs: RecordInputs, plan: Plan, context: Context): NewRunEvent {
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

function summaryOf(plan: Plan, artifacts: readonly Artifact[]): string {
  const data = plan.dataset ? `, on \`${plan.dataset.name}@${plan.dataset.version}\`` : "";
  const metrics = Object.entries(plan.metrics ?? {}).map(([name, value]) => `| ${plain(name)} | ${plain(String(value))} |`);
  const table = metrics.length > 0 ? `\n\n| metric | value |\n| --- | --- |\n${metrics.join("\n")}` : "";
  return `### Run \`${plan.run}\`\n\n${artifacts.length} files${data}${table}\n`;
}

/** Text of others for a table cell: nothing that Markdown or HTML would act on. */
function plain(text: string): string {
  return text.slice(0, 100).replace(/[^A-Za-z0-9 ._+%-]/g, " ");
}
