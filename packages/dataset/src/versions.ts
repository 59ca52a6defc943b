import { type Digest, formatVersionRef, mapBounded, parseName, userError, type VersionRef } from "@modelyard/base";
import { versionDigest } from "@modelyard/content";
import { nodeHasher, type Yard } from "@modelyard/store";
import { type DatasetVersion, datasetVersionSchema } from "./document.ts";

/** Records read at once; each is one small object. */
const RECORD_CONCURRENCY = 16;

/** Where the version records of a dataset lie: `<prefix><n>.json`. Throws NAME_INVALID. */
export function versionsPrefix(name: string): string {
  return `datasets/${parseName(name, "dataset name")}/versions/`;
}

/** One version's record, or undefined. Throws DOCUMENT_INVALID, FORMAT_TOO_NEW, DATASET_RECORD_INVALID. */
export async function readDatasetVersion(yard: Yard, name: string, version: number): Promise<DatasetVersion | undefined> {
  const key = yard.records.key(versionsPrefix(name), version);
  const record = await yard.records.read(key, datasetVersionSchema);
  if (record === undefined) return undefined;
  const honest =
    record.name === name && record.version === version && record.digest === versionDigest(record.splitRule, record.manifest, nodeHasher);
  if (honest) return record;
  throw userError(
    "DATASET_RECORD_INVALID",
    `the record ${key} of ${yard.url} is not the one that was written: its name, number or digest is another`,
    "restore the object from a copy of the yard",
  );
}

/** Numbers of all versions, ascending. */
export function datasetVersionNumbers(yard: Yard, name: string): Promise<number[]> {
  return yard.records.numbers(versionsPrefix(name));
}

/** The newest version of these numbers with this digest that `accepts`, or undefined. */
export async function findByDigest(
  yard: Yard,
  name: string,
  numbers: readonly number[],
  digest: Digest,
  accepts: (record: DatasetVersion) => boolean = () => true,
): Promise<DatasetVersion | undefined> {
  const newestFirst = [...numbers].sort((a, b) => b - a);
  for (let at = 0; at < newestFirst.length; at += RECORD_CONCURRENCY) {
    const records = await mapBounded(newestFirst.slice(at, at + RECORD_CONCURRENCY), RECORD_CONCURRENCY, (number) =>
      readDatasetVersion(yard, name, number),
    );
    const found = records.find((record) => record?.digest === digest && accepts(record));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The version that a reference names. Throws DATASET_MISSING, DATASET_VERSION_MISSING. */
export async function resolveDatasetVersion(yard: Yard, name: string, ref: VersionRef): Promise<DatasetVersion> {
  const numbers = await datasetVersionNumbers(yard, name);
  const newest = numbers.at(-1);
  if (newest === undefined)
    throw userError(
      "DATASET_MISSING",
      `the yard ${yard.url} has no dataset "${name}"`,
      "check `name` and `yard`, or push it first with dataset-push",
    );
  const record = await find(yard, name, ref, numbers, newest);
  if (record !== undefined) return record;
  throw userError(
    "DATASET_VERSION_MISSING",
    `the dataset "${name}" has no version ${formatVersionRef(ref)}`,
    ref.kind === "alias"
      ? "datasets have numbers and digests, not stages: write a number, latest, or a digest"
      : `it has versions ${numbers[0]} to ${newest}; write one of them, or latest`,
  );
}

async function find(
  yard: Yard,
  name: string,
  ref: VersionRef,
  numbers: readonly number[],
  newest: number,
): Promise<DatasetVersion | undefined> {
  switch (ref.kind) {
    case "latest":
      return readDatasetVersion(yard, name, newest);
    case "number":
      return readDatasetVersion(yard, name, ref.number);
    case "digest":
      return findByDigest(yard, name, numbers, ref.digest);
    case "alias":
      return undefined;
  }
}
