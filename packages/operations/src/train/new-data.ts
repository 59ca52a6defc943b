import { newExamplesSince, resolveDatasetVersion } from "@modelyard/dataset";
import type { DatasetRef, ModelVersion } from "@modelyard/lineage";
import { readStage, resolveModelVersion, versionsPrefix } from "@modelyard/registry";
import type { Yard } from "@modelyard/store";
import type { Context } from "../context.ts";

/** Whether there is something to train, and why. */
export interface TrainDecision {
  readonly isNeeded: boolean;
  readonly newExamples: number;
  readonly reason: string;
}

/** Compares the dataset version with the one that the baseline (production, else the newest version) was trained on. */
export async function decideTraining(
  yard: Yard,
  model: string,
  dataset: DatasetRef,
  minNewExamples: number,
  context: Context,
): Promise<TrainDecision> {
  const after = await resolveDatasetVersion(yard, dataset.name, { kind: "number", number: dataset.version });
  const total = after.examples.total;
  const baseline = await findBaseline(yard, model);
  if (!baseline) return { isNeeded: true, newExamples: total, reason: `${model} has no version yet` };
  const label = `${model}@${baseline.version}`;
  const seen = baseline.dataset;
  if (!seen) return { isNeeded: true, newExamples: total, reason: `it is not recorded what ${label} was trained on` };
  if (seen.name !== dataset.name)
    return { isNeeded: true, newExamples: total, reason: `${label} was trained on another dataset, ${seen.name}@${seen.version}` };
  const before = await resolveDatasetVersion(yard, seen.name, { kind: "number", number: seen.version });
  const newExamples = await newExamplesSince(yard, before, after, context.hasher);
  const reason = `${dataset.name}@${dataset.version} has ${newExamples} examples that ${label} has not seen (trained on ${seen.name}@${seen.version}); at least ${minNewExamples} are asked for`;
  return { isNeeded: newExamples >= minNewExamples, newExamples, reason };
}

async function findBaseline(yard: Yard, model: string): Promise<ModelVersion | undefined> {
  const production = await readStage(yard, model, "production");
  if (production?.version) return resolveModelVersion(yard, model, { kind: "number", number: production.version });
  const [newest] = (await yard.records.numbers(versionsPrefix(model))).slice(-1);
  return newest === undefined ? undefined : resolveModelVersion(yard, model, { kind: "number", number: newest });
}
