import { datasetVersionSchema, pointerSchema } from "@modelyard/dataset";
import { driftReportSchema, profileSchema } from "@modelyard/drift";
import { comparisonSchema, metricDocumentSchema } from "@modelyard/evaluate";
import { attachmentSchema, modelVersionSchema, runEventSchema, stageEventSchema } from "@modelyard/lineage";
import { goldenSchema, predictionLineSchema, signatureSchema } from "@modelyard/model";
import { configSchema } from "@modelyard/operations/config-schema";
import { rolloutEventSchema } from "@modelyard/rollout";
import type { z } from "zod";

/** A document of ours that others may read or write: its JSON Schema is published as `schemas/<name>.json`. */
export interface PublishedSchema {
  readonly name: string;
  readonly title: string;
  readonly schema: z.ZodType;
  /** It is stored as a record of a yard, with the member `check` that the store adds. */
  readonly isRecord?: true;
}

/** Every published document. A new kind of document is added here. */
export const publishedSchemas: readonly PublishedSchema[] = [
  { name: "attachment", title: "What was learnt of a model version after it was made", schema: attachmentSchema, isRecord: true },
  { name: "comparison", title: "Comparison of a candidate with a baseline", schema: comparisonSchema },
  { name: "dataset-pointer", title: "Pointer file that names a dataset version", schema: pointerSchema },
  { name: "dataset-version", title: "Immutable record of a dataset version", schema: datasetVersionSchema, isRecord: true },
  { name: "drift-report", title: "Drift of a window against a reference profile", schema: driftReportSchema },
  { name: "golden", title: "Golden predictions: inputs with the outputs they must give", schema: goldenSchema },
  { name: "metrics", title: "Metric document of one evaluation", schema: metricDocumentSchema },
  { name: "model-version", title: "Immutable record of a model version", schema: modelVersionSchema, isRecord: true },
  { name: "modelyard", title: "modelyard.yml", schema: configSchema },
  { name: "prediction-line", title: "One line of a prediction log", schema: predictionLineSchema },
  { name: "profile", title: "Reference profile of a dataset", schema: profileSchema },
  { name: "rollout-event", title: "One event of a rollout", schema: rolloutEventSchema, isRecord: true },
  { name: "run-event", title: "One event of a run", schema: runEventSchema, isRecord: true },
  { name: "signature", title: "How a model is called", schema: signatureSchema },
  { name: "stage-event", title: "One move of a stage", schema: stageEventSchema, isRecord: true },
];
