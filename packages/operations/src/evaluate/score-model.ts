import { formatBytes, type ModelyardError, userError } from "@modelyard/base";
import type { MetricDocument, Prediction } from "@modelyard/evaluate";
import { classNames, type Row, readOutputs, rowsToTensors, type Signature } from "@modelyard/model";
import { type ModelSession, openIsolatedModel } from "@modelyard/onnx/session";
import type { Context } from "../context.ts";
import { type DatasetSplit, rowsOf } from "./dataset-split.ts";
import type { ModelTarget } from "./model-target.ts";

/** Single-row calls that are timed; enough for a p99. */
const TIMED_CALLS = 200;
/** Calls before the timing, in which the runtime settles its memory. */
const WARM_UP_CALLS = 10;
/** Every model gets this much room; a larger one gets room for a few copies of its weights. */
const MIN_MEMORY_BYTES = 2 * 1024 ** 3;
const MEMORY_PER_MODEL_BYTE = 4;

export interface ScoreOptions {
  readonly batchSize: number;
  readonly timeoutMs: number;
  /** Columns whose values slices need. */
  readonly columns: readonly string[];
}

/** A model's predictions on the examples of a split, in their order. */
export interface ModelScores {
  readonly predictions: Prediction[];
  /** Class of each score; null where there are none. */
  readonly labels: readonly string[] | null;
  readonly latency: MetricDocument["latency"];
  /** Values of the asked columns, one a row. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
}

/** Runs a model over a split in batches, in a child process with limits on memory and time. Throws MODEL_*, COLUMN_MISSING, CELL_INVALID. */
export async function scoreModel(target: ModelTarget, data: DatasetSplit, options: ScoreOptions, context: Context): Promise<ModelScores> {
  const { bytes, what, signature } = target;
  const memoryBytes = Math.max(MIN_MEMORY_BYTES, MEMORY_PER_MODEL_BYTE * bytes.length);
  context.log.info(`${what}: ${formatBytes(bytes.length)}, batches of ${options.batchSize}`);
  const session = await openIsolatedModel(bytes, { what, signature, memoryBytes, timeoutMs: options.timeoutMs, env: context.env });
  try {
    return await runOver(session, signature, data, { ...options, batchSize: batchSizeOf(session, options.batchSize, context) }, context);
  } finally {
    await session.close();
  }
}

/** A model exported with a fixed batch runs in batches of that size alone; only 1 fits every number of rows. */
function batchSizeOf(session: ModelSession, wanted: number, context: Context): number {
  const fixed = session.inputs.map((input) => input.shape?.[0]).find((extent) => extent !== undefined && extent > 0);
  if (fixed !== 1 || wanted === 1) return wanted;
  context.log.warning(
    "the model takes one row a call (its batch extent is fixed at 1): evaluating row by row; a server could not batch it",
  );
  return 1;
}

async function runOver(
  session: ModelSession,
  signature: Signature,
  data: DatasetSplit,
  options: ScoreOptions,
  context: Context,
): Promise<ModelScores> {
  const predictions: Prediction[] = [];
  const columns = new Map(options.columns.map((name): [string, string[]] => [name, []]));
  const timed: Row[] = [];
  let batch: { id: string; label: string; fields: Row }[] = [];
  let runMs = 0;
  const flush = async (): Promise<void> => {
    const tensors = rowsToTensors(
      signature,
      batch.map((row) => row.fields),
      predictions.length + 1,
    );
    const before = context.clock.monotonic();
    const outputs = await session.run(tensors);
    runMs += context.clock.monotonic() - before;
    const rows = readOutputs(signature, outputs);
    if (rows.length !== batch.length) throw wrongRows(rows.length, batch.length);
    for (const [i, { id, label }] of batch.entries()) {
      const { label: predicted, value, scores } = rows[i]!;
      predictions.push({ id, label, prediction: predicted ?? String(value), scores: scores === undefined ? null : [...scores] });
    }
    batch = [];
    context.log.progress("evaluate", predictions.length, undefined, "rows");
  };
  for await (const { id, label, fields } of rowsOf(data, context)) {
    if (timed.length < TIMED_CALLS) timed.push(fields);
    for (const [name, values] of columns) values.push(fields[name] ?? "");
    batch.push({ id, label, fields });
    if (batch.length >= options.batchSize) await flush();
  }
  if (batch.length > 0) await flush();
  const latency = await timeCalls(session, signature, timed, context);
  const rowsPerSecond = runMs > 0 ? (predictions.length * 1000) / runMs : 0;
  return { predictions, labels: scoreLabels(signature, predictions), latency: latency && { ...latency, rowsPerSecond }, columns };
}

function wrongRows(got: number, sent: number): ModelyardError {
  return userError("OUTPUT_SHAPE", `the model answered ${got} rows for ${sent}`, "give every output the batch as its first extent");
}

/** Class of each score: the signature's names, else the index. */
function scoreLabels(signature: Signature, predictions: readonly Prediction[]): readonly string[] | null {
  const scores = predictions[0]?.scores;
  if (!scores) return null;
  return classNames(signature) ?? scores.map((_, i) => String(i));
}

/** Milliseconds of single-row calls, the hop into the model's process included. */
async function timeCalls(session: ModelSession, signature: Signature, rows: readonly Row[], context: Context) {
  if (rows.length === 0) return null;
  const times: number[] = [];
  for (let call = -WARM_UP_CALLS; call < rows.length; call++) {
    const tensors = rowsToTensors(signature, [rows[Math.max(0, call)]!]);
    const before = context.clock.monotonic();
    await session.run(tensors);
    if (call >= 0) times.push(context.clock.monotonic() - before);
  }
  times.sort((a, b) => a - b);
  const at = (p: number): number => times[Math.min(times.length - 1, Math.ceil(p * times.length) - 1)]!;
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}
