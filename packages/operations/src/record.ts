import { type Digest, parseName, userError } from "@modelyard/base";
import { type Artifact, runRecord } from "@modelyard/lineage";
import { appendRunEvent, newRunId, readRunEvents } from "@modelyard/registry";
import type { Yard } from "@modelyard/store";
import type { Context } from "./context.ts";
import { resolveDatasetInput } from "./dataset-input.ts";
import { openContextYard } from "./open-yard.ts";
import { readFileInput } from "./read-file-input.ts";
import { parseMetricsFile } from "./record/metrics-file.ts";
import { withPresentFiles } from "./record/present-files.ts";
import type { RecordEvent, RecordInputs } from "./record/record-inputs.ts";
import { eventsOf, type RecordPlan } from "./record/run-events.ts";
import { findRunFiles, type RunFile, storeRunFiles } from "./record/run-files.ts";

export type { RecordEvent, RecordInputs, RecordOutcome } from "./record/record-inputs.ts";

export interface RecordOutputs {
  readonly run: string;
  /** Files stored: name, role, digest, size. */
  readonly digests: readonly Artifact[];
  readonly modelDigest: Digest | undefined;
}

/** Writes events of a training run into the yard: one of them from a training script, or all at the end of a job. */
export async function record(given: RecordInputs, context: Context): Promise<RecordOutputs> {
  const inputs = await withPresentFiles(given, context);
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

async function planRecord(inputs: RecordInputs, yard: Yard, context: Context): Promise<RecordPlan> {
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

function summaryOf(plan: RecordPlan, artifacts: readonly Artifact[]): string {
  const data = plan.dataset ? `, on \`${plan.dataset.name}@${plan.dataset.version}\`` : "";
  const metrics = Object.entries(plan.metrics ?? {}).map(([name, value]) => `| ${plain(name)} | ${plain(String(value))} |`);
  const table = metrics.length > 0 ? `\n\n| metric | value |\n| --- | --- |\n${metrics.join("\n")}` : "";
  return `### Run \`${plan.run}\`\n\n${artifacts.length} files${data}${table}\n`;
}

/** Text of others for a table cell: nothing that Markdown or HTML would act on. */
function plain(text: string): string {
  return text.slice(0, 100).replace(/[^A-Za-z0-9 ._+%-]/g, " ");
}
