import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isoTime, seededRandom, userError } from "@modelyard/base";
import { parseDocument } from "@modelyard/content";
import {
  type Baseline,
  classSlices,
  exampleTable,
  type MetricDocument,
  metricDocument,
  metricDocumentSchema,
  type Prediction,
  parsePredictionLines,
  type Scored,
} from "@modelyard/evaluate";
import type { Yard } from "@modelyard/store";
import type { Context } from "../context.ts";
import { readFileInput } from "../read-file-input.ts";
import { type BaselineRef, findBaseline } from "./baseline-ref.ts";
import { type Candidate, sayNotes } from "./candidate.ts";
import type { DatasetSplit } from "./dataset-split.ts";
import type { EvaluateInputs } from "./inputs.ts";
import { type ModelTarget, runTarget, versionTarget } from "./model-target.ts";
import { readPredictionsFile } from "./predictions-file.ts";
import { PREDICTIONS_FILE } from "./result-files.ts";
import { scoreModel } from "./score-model.ts";
import { packPredictions, readPredictionsBlob, readStoredEvaluation, storeEvaluation } from "./stored-evaluation.ts";

/** Resampling is seeded, so that one evaluation always gives one document. */
export const RESAMPLING_SEED = 20_240_301;

/** The baseline with its predictions on the candidate's examples, or why there is none. */
export async function readBaseline(
  inputs: EvaluateInputs,
  candidate: Candidate,
  yard: Yard | undefined,
  context: Context,
): Promise<Baseline> {
  const name = inputs.name?.split("@")[0] ?? candidate.subject.name ?? undefined;
  const ref = await findBaseline(inputs.baseline, name, yard, context);
  switch (ref.kind) {
    case "none":
      return ref;
    case "document":
      return documentBaseline(ref.path, ref.reason, yard, context);
    case "predictions":
      return predictionsBaseline(ref.path, ref.reason, inputs, candidate, context);
    case "version":
    case "run":
      return modelBaseline(ref, inputs, candidate, yard!, context);
  }
}

async function modelBaseline(
  ref: Extract<BaselineRef, { kind: "version" | "run" }>,
  inputs: EvaluateInputs,
  candidate: Candidate,
  yard: Yard,
  context: Context,
): Promise<Baseline> {
  const { data } = candidate;
  if (data === undefined) {
    const problem = "there is no dataset to score it on";
    if (inputs.baseline === undefined) return { kind: "none", reason: `${ref.reason}, and ${problem}` };
    throw userError(
      "INPUT_INVALID",
      `baseline: ${ref.reason}, and ${problem}`,
      "set `dataset` (name@version or a pointer file), or give a file of predictions as `baseline`",
    );
  }
  const target =
    ref.kind === "run" ? await runTarget(ref.run, inputs.name, yard, context) : await versionTarget(ref.version, yard, context);
  const stored = await readStoredEvaluation(target, data, context);
  if (stored !== undefined) {
    context.log.info(`baseline ${target.what}: its stored predictions are used`);
    return { kind: "predictions", reason: ref.reason, ...stored };
  }
  return { kind: "predictions", reason: ref.reason, ...(await scoreTarget(target, data, inputs, context)) };
}

async function scoreTarget(target: ModelTarget, data: DatasetSplit, inputs: EvaluateInputs, context: Context): Promise<Scored> {
  const options = { batchSize: inputs.batchSize, timeoutMs: inputs.timeout, columns: [] };
  const { predictions, labels, latency } = await context.log.group(`Score the baseline ${target.what}`, () =>
    scoreModel(target, data, options, context),
  );
  const packed = packPredictions(predictions, labels, context);
  const table = exampleTable(predictions, { task: target.signature.task, scoreLabels: labels });
  const identity = {
    subject: target.subject,
    dataset: datasetOf(data),
    split: data.split,
    latency,
    predictions: packed.ref,
    created: isoTime(context.clock),
  };
  const document = metricDocument(identity, table, classSlices(table, data.labelColumn), { random: seededRandom(RESAMPLING_SEED) });
  if (!inputs.dryRun) await storeEvaluation(target, data, document, packed.bytes, context);
  return { document, predictions };
}

/** The dataset as documents name it. */
export function datasetOf({ version: { name, version, digest } }: DatasetSplit): MetricDocument["dataset"] {
  return { name, version, digest };
}

async function documentBaseline(path: string, reason: string, yard: Yard | undefined, context: Context): Promise<Baseline> {
  const document = parseDocument(metricDocumentSchema, await readFileInput("baseline", path, context.cwd), path);
  const predictions = (await predictionsBeside(path, document, context)) ?? (yard && (await readPredictionsBlob(yard, document, context)));
  if (predictions !== undefined) return { kind: "predictions", reason, document, predictions };
  return { kind: "document", reason: `${reason}; its predictions are not at hand, so the comparison is unpaired`, document };
}

/** The predictions that evaluate wrote beside the document, when they are still those. */
async function predictionsBeside(path: string, document: MetricDocument, context: Context): Promise<Prediction[] | undefined> {
  const beside = join(dirname(resolve(context.cwd, path)), PREDICTIONS_FILE);
  const bytes = await readFile(beside).catch(() => undefined);
  if (bytes === undefined || context.hasher.sha256(bytes) !== document.predictions.digest) return undefined;
  return parsePredictionLines(bytes.toString("utf8"), beside);
}

async function predictionsBaseline(
  path: string,
  reason: string,
  inputs: EvaluateInputs,
  candidate: Candidate,
  context: Context,
): Promise<Baseline> {
  const classes = candidate.labels ?? [...new Set(candidate.predictions.flatMap(({ label }) => (label === null ? [] : [label])))];
  const columns = { ...inputs, task: candidate.task, classes, columnsOfDataset: true };
  const file = await readPredictionsFile("baseline", path, columns, [], context.cwd);
  sayNotes(file, context);
  const labelOf = new Map(candidate.predictions.map(({ id, label }) => [id, label]));
  const predictions = file.predictions.map((prediction) => ({
    ...prediction,
    label: prediction.label ?? labelOf.get(prediction.id) ?? null,
  }));
  const packed = packPredictions(predictions, file.labels, context);
  // Examples that the candidate lacks have no label; comparing then names them.
  const table = exampleTable(
    predictions.filter(({ label }) => label !== null),
    { task: file.task, scoreLabels: file.labels },
  );
  const subject = { name: null, version: null, run: null, digest: packed.ref.digest, commit: null };
  const dataset = candidate.data === undefined ? null : datasetOf(candidate.data);
  const identity = {
    subject,
    dataset,
    split: candidate.data?.split ?? null,
    latency: null,
    predictions: packed.ref,
    created: isoTime(context.clock),
  };
  return {
    kind: "predictions",
    reason,
    document: metricDocument(identity, table, [], { random: seededRandom(RESAMPLING_SEED) }),
    predictions,
  };
}
