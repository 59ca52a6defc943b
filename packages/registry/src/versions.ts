import { type Clock, type Digest, type Hasher, isoTime, parseName, remoteError } from "@modelyard/base";
import { type BlobRef, type DatasetRef, type ModelVersion, modelVersionDigest } from "@modelyard/lineage";
import type { Yard } from "@modelyard/store";
import { versionsPrefix } from "./keys.ts";
import { identityOf, readModelVersions } from "./read-version.ts";

export interface RegisterInput {
  readonly name: string;
  readonly model: BlobRef;
  readonly signature: BlobRef;
  readonly golden: BlobRef | null;
  readonly run: string | null;
  readonly dataset: DatasetRef | null;
  /** The stored metric document, and its headline values. */
  readonly metrics: BlobRef | null;
  readonly headline: Readonly<Record<string, number>>;
  readonly commit: string | null;
}

export interface Registered {
  readonly version: ModelVersion;
  /** False when a version of the same identity was there; it is given back as it was. */
  readonly changed: boolean;
}

/**
 * Makes the next version of a model, or gives back the one of the same identity (model, signature, golden, run, dataset). The blobs must be stored
 * already. Throws BLOB_MISSING, NAME_INVALID.
 */
export async function registerVersion(
  yard: Yard,
  input: RegisterInput,
  ports: { clock: Pick<Clock, "now">; hasher: Hasher; signal?: AbortSignal },
): Promise<Registered> {
  parseName(input.name, "model name");
  await checkBlobs(yard, input);
  const digest = modelVersionDigest(identityOf(input), ports.hasher);
  const created = isoTime(ports.clock);
  let known: ModelVersion | undefined;
  let checked = 0;
  const made = await yard.records.append(
    versionsPrefix(input.name),
    async (version): Promise<ModelVersion | undefined> => {
      known = await findVersion(yard, input.name, (there) => there.digest === digest, checked);
      checked = version - 1;
      return known ? undefined : { format: 1, kind: "model-version", ...input, headline: { ...input.headline }, version, created, digest };
    },
    { signal: ports.signal },
  );
  if (made) return { version: made.record, changed: true };
  return { version: known!, changed: false };
}

/** All versions of a model, oldest first; empty when there are none. */
export async function listVersions(yard: Yard, name: string): Promise<ModelVersion[]> {
  return readModelVersions(yard, name, await yard.records.numbers(versionsPrefix(name)));
}

/** The newest version above `after` that `matches`, or undefined. */
export async function findVersion(
  yard: Yard,
  name: string,
  matches: (version: ModelVersion) => boolean,
  after = 0,
): Promise<ModelVersion | undefined> {
  const numbers = (await yard.records.numbers(versionsPrefix(name))).filter((number) => number > after);
  return (await readModelVersions(yard, name, numbers)).findLast(matches);
}

async function checkBlobs(yard: Yard, input: RegisterInput): Promise<void> {
  const needed: [string, Digest | undefined][] = [
    ["model", input.model.digest],
    ["signature", input.signature.digest],
    ["golden", input.golden?.digest],
    ["metrics", input.metrics?.digest],
  ];
  for (const [what, digest] of needed) {
    if (digest === undefined || (await yard.blobs.has(digest))) continue;
    throw remoteError("BLOB_MISSING", `the ${what} of ${input.name} (${digest}) is not in ${yard.url}`, {
      hint: "store it before registering the version",
    });
  }
}
