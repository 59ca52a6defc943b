import { type Digest, mapBounded, remoteError, userError } from "@modelyard/base";
import { type ModelIdentity, type ModelVersion, modelVersionDigest, modelVersionSchema } from "@modelyard/lineage";
import { nodeHasher, type Yard } from "@modelyard/store";
import { versionsPrefix } from "./keys.ts";

/** Records read at once: hides the latency of an object store without flooding it. */
const READ_CONCURRENCY = 16;

interface Blob {
  readonly digest: Digest;
}

/** What identifies a version, from its record or from what is to be registered. */
export function identityOf(version: {
  readonly model: Blob;
  readonly signature: Blob;
  readonly golden: Blob | null;
  readonly run: string | null;
  readonly dataset: Blob | null;
}): ModelIdentity {
  return {
    model: version.model.digest,
    signature: version.signature.digest,
    golden: version.golden?.digest ?? null,
    run: version.run,
    dataset: version.dataset?.digest ?? null,
  };
}

/** One version's record, or undefined. Throws MODEL_RECORD_INVALID when its name, number or digest is not what it must be, and what `records.read` throws. */
export async function readModelVersion(yard: Yard, name: string, number: number): Promise<ModelVersion | undefined> {
  const key = yard.records.key(versionsPrefix(name), number);
  const record = await yard.records.read(key, modelVersionSchema);
  if (record === undefined) return undefined;
  const isHonest =
    record.name === name && record.version === number && record.digest === modelVersionDigest(identityOf(record), nodeHasher);
  if (isHonest) return record;
  throw userError(
    "MODEL_RECORD_INVALID",
    `the record ${key} of ${yard.url} is not the one that was written: its name, number or digest is another`,
    "restore the object from a copy of the yard",
  );
}

/** The versions of these numbers, in their order. Throws STORE_FAILED for one that is listed and cannot be read. */
export async function readModelVersions(yard: Yard, name: string, numbers: readonly number[]): Promise<ModelVersion[]> {
  return mapBounded(numbers, READ_CONCURRENCY, async (number) => {
    const version = await readModelVersion(yard, name, number);
    if (version !== undefined) return version;
    throw remoteError("STORE_FAILED", `the model version ${name}@${number} is listed and cannot be read`, { retryable: true });
  });
}
