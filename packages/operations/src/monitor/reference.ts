import { formatVersionRef, parseVersionRef, userError } from "@modelyard/base";
import { parseDocument } from "@modelyard/content";
import { type DatasetVersion, newExamplesSince, resolveDatasetVersion } from "@modelyard/dataset";
import { type Profile, profileSchema } from "@modelyard/drift";
import type { ModelVersion } from "@modelyard/lineage";
import { parseSignature, type Signature, signatureColumns } from "@modelyard/model";
import { resolveModelVersion } from "@modelyard/registry";
import type { Yard } from "@modelyard/store";
import type { Context } from "../context.ts";

/** The served model, and the data that it learnt from. */
export interface Reference {
  readonly version: ModelVersion;
  readonly signature: Signature;
  /** Columns that the model reads. */
  readonly columns: readonly string[];
  readonly dataset: DatasetVersion;
  readonly profile: Profile;
  /** Examples that the newest dataset version has beyond the model's. */
  readonly newExamples: number;
}

/** Reads the version's signature and training profile. Throws MODEL_VERSION_MISSING, MONITOR_NO_REFERENCE, SIGNATURE_COLUMNS, DATASET_*, BLOB_*. */
export async function readReference(yard: Yard, name: string, version: string, context: Context): Promise<Reference> {
  const ref = parseVersionRef(version);
  const model = await resolveModelVersion(yard, name, ref);
  const what = `${name}@${model.version}`;
  const signature = parseSignature(await yard.blobs.get(model.signature.digest, { signal: context.signal }), `the signature of ${what}`);
  const columns = signatureColumns(signature);
  if (model.dataset === null) throw noReference(`${what} (${formatVersionRef(ref)}) does not say which dataset version it learnt from`);
  const dataset = await resolveDatasetVersion(yard, model.dataset.name, { kind: "number", number: model.dataset.version });
  const digest = dataset.trainProfile ?? dataset.profile;
  if (digest === null)
    throw noReference(`${dataset.name}@${dataset.version}, which ${what} learnt from, has no profile: its examples are files, not rows`);
  const profile = parseDocument(
    profileSchema,
    await yard.blobs.get(digest, { signal: context.signal }),
    `the training profile of ${dataset.name}@${dataset.version}`,
  );
  const newest = await resolveDatasetVersion(yard, dataset.name, { kind: "latest" });
  const newExamples = newest.version > dataset.version ? await newExamplesSince(yard, dataset, newest, context.hasher) : 0;
  return { version: model, signature, columns, dataset, profile, newExamples };
}

function noReference(problem: string): Error {
  return userError(
    "MONITOR_NO_REFERENCE",
    `there is nothing to compare the traffic with: ${problem}`,
    "register the model with `dataset` (or from a recorded run that names it)",
  );
}
