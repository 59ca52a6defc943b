import { type Digest, hexOf, isoTime, utf8 } from "@modelyard/base";
import { digestSchema, parseDocument, timeSchema } from "@modelyard/content";
import {
  formatPredictionLines,
  type MetricDocument,
  metricDocumentSchema,
  type Prediction,
  parsePredictionLines,
  type Scored,
} from "@modelyard/evaluate";
import { datasetRefSchema } from "@modelyard/lineage";
import type { Yard } from "@modelyard/store";
import { z } from "zod";
import type { Context } from "../context.ts";
import type { DatasetSplit } from "./dataset-split.ts";
import type { ModelTarget } from "./model-target.ts";

/** Predictions of a few million examples. */
const MAX_PREDICTIONS_BYTES = 2 * 1024 ** 3;

const blobRefSchema = z.strictObject({ digest: digestSchema, size: z.int().min(0) });

/** `evaluations/<model hex>/<dataset hex>-<split>.json`: how a model did on a split, so that it is not run again when it is the baseline. */
export const evaluationRecordSchema = z.strictObject({
  format: z.literal(1),
  kind: z.literal("evaluation"),
  model: digestSchema,
  signature: digestSchema,
  dataset: datasetRefSchema,
  split: z.string(),
  labelColumn: z.string(),
  idColumn: z.string().nullable(),
  predictions: blobRefSchema,
  metrics: blobRefSchema,
  created: timeSchema,
});
export type EvaluationRecord = z.infer<typeof evaluationRecordSchema>;

/** Where the evaluation of a model on a split lies. */
export function evaluationKey(model: Digest, dataset: Digest, split: string): string {
  return `evaluations/${hexOf(model)}/${hexOf(dataset)}-${split}.json`;
}

/** Bytes of predictions in the stored form, and what documents say of them. */
export function packPredictions(predictions: readonly Prediction[], labels: readonly string[] | null, context: Pick<Context, "hasher">) {
  const bytes = utf8(formatPredictionLines(predictions));
  const ref: MetricDocument["predictions"] = {
    digest: context.hasher.sha256(bytes),
    size: bytes.length,
    rows: predictions.length,
    labels: labels === null ? null : [...labels],
  };
  return { bytes, ref };
}

/** The stored evaluation of this model with this signature, label and id column; undefined when there is none. Throws BLOB_MISSING, BLOB_CORRUPT. */
export async function readStoredEvaluation(target: ModelTarget, data: DatasetSplit, context: Context): Promise<Scored | undefined> {
  const key = evaluationKey(target.subject.digest, data.version.digest, data.split);
  const record = await data.yard.records.read(key, evaluationRecordSchema);
  const same =
    record?.signature === target.signatureDigest && record.labelColumn === data.labelColumn && record.idColumn === (data.idColumn ?? null);
  if (record === undefined || !same) return undefined;
  const { signal } = context;
  const document = parseDocument(
    metricDocumentSchema,
    await data.yard.blobs.get(record.metrics.digest, { signal }),
    `the metric document of ${key}`,
  );
  const lines = await data.yard.blobs.get(record.predictions.digest, { signal, maxBytes: MAX_PREDICTIONS_BYTES });
  return {
    document: { ...document, subject: target.subject },
    predictions: parsePredictionLines(Buffer.from(lines).toString("utf8"), `the predictions of ${key}`),
  };
}

/** Stores an evaluation for later comparisons; one that is there already stays. */
export async function storeEvaluation(
  target: ModelTarget,
  data: DatasetSplit,
  document: MetricDocument,
  predictions: Uint8Array,
  context: Context,
): Promise<void> {
  const { yard, version } = data;
  const { signal } = context;
  const stored = await yard.blobs.put(predictions, { signal });
  const metrics = await yard.blobs.put(utf8(JSON.stringify(document)), { signal });
  const record: EvaluationRecord = {
    format: 1,
    kind: "evaluation",
    model: target.subject.digest,
    signature: target.signatureDigest,
    dataset: { name: version.name, version: version.version, digest: version.digest },
    split: data.split,
    labelColumn: data.labelColumn,
    idColumn: data.idColumn ?? null,
    predictions: { digest: stored.digest, size: stored.size },
    metrics: { digest: metrics.digest, size: metrics.size },
    created: isoTime(context.clock),
  };
  await yard.records.create(evaluationKey(record.model, version.digest, data.split), record, { signal });
}

/** Predictions of a document from the yard, when its blob is there. */
export async function readPredictionsBlob(yard: Yard, document: MetricDocument, context: Context): Promise<Prediction[] | undefined> {
  const { digest } = document.predictions;
  if (!(await yard.blobs.has(digest, { signal: context.signal }))) return undefined;
  const lines = await yard.blobs.get(digest, { signal: context.signal, maxBytes: MAX_PREDICTIONS_BYTES });
  return parsePredictionLines(Buffer.from(lines).toString("utf8"), `the predictions ${digest}`);
}
