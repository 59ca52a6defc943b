import { userError } from "@modelyard/base";
import { type MetricDocument, type Prediction, pairExamples, type Subject, type Task } from "@modelyard/evaluate";
import type { Yard } from "@modelyard/store";
import type { Context } from "../context.ts";
import { type DatasetSplit, openSplit, rowsOf } from "./dataset-split.ts";
import type { EvaluateInputs } from "./inputs.ts";
import { type ModelTarget, openTarget, runTarget } from "./model-target.ts";
import { type PredictionsFile, readPredictionsFile } from "./predictions-file.ts";
import { scoreModel } from "./score-model.ts";
import { packPredictions } from "./stored-evaluation.ts";

/** Predictions of the thing that is judged, and where they came from. */
export interface Candidate {
  readonly subject: Subject;
  readonly task: Task;
  readonly predictions: Prediction[];
  readonly labels: readonly string[] | null;
  readonly latency: MetricDocument["latency"];
  /** Values of the slices' columns, one a row. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  readonly labelColumn: string;
  readonly data: DatasetSplit | undefined;
  readonly target: ModelTarget | undefined;
}

/** Throws INPUT_INVALID unless exactly one of `model`, `run` and `predictions` is given. */
export function requireOneCandidate({ model, run, predictions }: Pick<EvaluateInputs, "model" | "run" | "predictions">): void {
  const given = Object.entries({ model, run, predictions }).filter(([, value]) => value !== undefined);
  if (given.length === 1) return;
  const found =
    given.length === 0
      ? "none of `model`, `run` and `predictions` is given"
      : `${given.map(([name]) => `\`${name}\``).join(" and ")} are given together`;
  throw userError(
    "INPUT_INVALID",
    found,
    "set `model` to an ONNX file or name@version, or `run` to a recorded run, or `predictions` to a file of predictions",
  );
}

/** Scores what the inputs name: a model, the model of a run, or a predictions file; exactly one of them is given. */
export async function readCandidate(
  inputs: EvaluateInputs,
  columns: readonly string[],
  yard: Yard | undefined,
  context: Context,
): Promise<Candidate> {
  const { model, run, predictions } = inputs;
  if (predictions !== undefined) return predictionsCandidate(predictions, inputs, columns, yard, context);
  const target =
    run === undefined
      ? await openTarget(model!, { signature: inputs.signature, name: inputs.name }, yard, context)
      : await runTarget(run, inputs.name, requireYard(yard, `the run "${run}"`), context);
  return modelCandidate(target, inputs, columns, yard, context);
}

async function modelCandidate(
  target: ModelTarget,
  inputs: EvaluateInputs,
  columns: readonly string[],
  yard: Yard | undefined,
  context: Context,
): Promise<Candidate> {
  const dataset = datasetFor(inputs.dataset, target.trainedOn);
  const data = await openSplit(dataset, inputs, requireYard(yard, `the dataset "${dataset}"`), context);
  requireColumns(columns, data);
  const title = `Evaluate ${target.what} on ${data.version.name}@${data.version.version} ${data.split}`;
  const scores = await context.log.group(title, () =>
    scoreModel(target, data, { batchSize: inputs.batchSize, timeoutMs: inputs.timeout, columns }, context),
  );
  return { subject: target.subject, task: target.signature.task, ...scores, labelColumn: data.labelColumn, data, target };
}

/** The dataset asked for; without a version of it, the version that the model learnt from. */
function datasetFor(asked: string | undefined, trainedOn: ModelTarget["trainedOn"]): string {
  if (trainedOn !== null && (asked === undefined || asked === trainedOn.name)) return `${trainedOn.name}@${trainedOn.version}`;
  if (asked !== undefined) return asked;
  throw userError(
    "INPUT_INVALID",
    "a model needs a dataset to be evaluated on, and the input `dataset` is absent",
    "set `dataset` to name@version or a pointer file",
  );
}

async function predictionsCandidate(
  path: string,
  inputs: EvaluateInputs,
  columns: readonly string[],
  yard: Yard | undefined,
  context: Context,
): Promise<Candidate> {
  const { dataset } = inputs;
  const pinned = dataset !== undefined && (dataset.includes("@") || dataset.includes("/") || dataset.endsWith(".json"));
  // Columns of slices come from the dataset when there is one.
  const file = await readPredictionsFile("predictions", path, { ...inputs, columnsOfDataset: pinned }, pinned ? [] : columns, context.cwd);
  sayNotes(file, context);
  const unlabelled = file.predictions.some((prediction) => prediction.label === null);
  const data =
    dataset !== undefined && (pinned || unlabelled)
      ? await openSplit(dataset, inputs, requireYard(yard, `the dataset "${dataset}"`), context)
      : undefined;
  const aligned = data === undefined ? undefined : await alignWithDataset(file.predictions, data, columns, context);
  const predictions = aligned?.predictions ?? file.predictions;
  const { digest } = packPredictions(predictions, file.labels, context).ref;
  const { headSha, sha } = context.job;
  return {
    subject: { name: inputs.name?.split("@")[0] ?? null, version: null, run: null, digest, commit: headSha ?? sha ?? null },
    task: file.task,
    predictions,
    labels: file.labels,
    latency: null,
    columns: aligned?.columns ?? file.columns,
    labelColumn: data?.labelColumn ?? inputs.labelColumn ?? "label",
    data,
    target: undefined,
  };
}

/** Says what a predictions file's probabilities are taken for. */
export function sayNotes({ notes }: Pick<PredictionsFile, "notes">, { log }: Pick<Context, "log">): void {
  for (const { kind, text } of notes) if (kind === "warning") log.warning(text);
  for (const { kind, text } of notes) if (kind === "info") log.info(text);
}

/** Predictions in the order of the split, with its labels. Throws EVALUATE_IDS_DIFFER, EVALUATE_LABELS_DIFFER. */
async function alignWithDataset(predictions: readonly Prediction[], data: DatasetSplit, columns: readonly string[], context: Context) {
  requireColumns(columns, data);
  const truths: Prediction[] = [];
  const values = new Map(columns.map((name): [string, string[]] => [name, []]));
  for await (const { id, label, fields } of rowsOf(data, context)) {
    truths.push({ id, label, prediction: label, scores: null });
    for (const [name, list] of values) list.push(fields[name] ?? "");
  }
  const { name, version } = data.version;
  return {
    predictions: pairExamples(truths, predictions, { first: `${data.split} split of ${name}@${version}`, second: "predictions file" }),
    columns: values,
  };
}

function requireColumns(columns: readonly string[], { version }: DatasetSplit): void {
  const missing = columns.find((name) => !version.schema.some((column) => column.name === name));
  if (missing === undefined) return;
  throw userError(
    "EVALUATE_SLICE_INVALID",
    `slices: ${version.name}@${version.version} has no column "${missing}"`,
    "name a column of the dataset in `slices`",
  );
}

function requireYard(yard: Yard | undefined, what: string): Yard {
  if (yard !== undefined) return yard;
  throw userError("YARD_MISSING", `there is no yard, so ${what} cannot be read`, "check `yard`; the first dataset-push makes a new yard");
}
