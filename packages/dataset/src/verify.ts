import { digestOfHex, type Hasher, mapBounded, toModelyardError, userError } from "@modelyard/base";
import { canonicalJson, readManifest } from "@modelyard/content";
import type { Yard } from "@modelyard/store";
import type { DatasetVersion } from "./document.ts";
import { yardPages } from "./store-sink.ts";
import { readDatasetVersion } from "./versions.ts";

/** One thing of a version that is missing or wrong. */
export interface Damage {
  readonly what: string;
  readonly code: string;
  readonly message: string;
}

export interface VerifyResult {
  readonly files: number;
  readonly bytes: number;
  /** Empty when the record, every page, file and profile is there and is what was stored. */
  readonly damage: readonly Damage[];
}

/** Files read at once. */
const VERIFY_CONCURRENCY = 8;
const RECORD = "record";

/** Reads everything that a version names and checks it against its digest; damage is told file by file, not thrown. */
export async function verifyDataset(yard: Yard, version: DatasetVersion, hasher: Hasher, signal?: AbortSignal): Promise<VerifyResult> {
  const damage: Damage[] = [];
  const attempt = async (what: string, check: () => Promise<void>): Promise<void> => {
    try {
      await check();
    } catch (error) {
      const { code, message } = toModelyardError(error);
      damage.push({ what, code, message });
    }
  };
  let files = 0;
  let bytes = 0;
  // Again from the yard: the record in hand may have been read before it was damaged.
  await attempt(RECORD, async () => {
    const record = await readDatasetVersion(yard, version.name, version.version);
    if (record === undefined || canonicalJson(record) !== canonicalJson(version))
      throw recordInvalid(`the record of ${version.name}@${version.version} is ${record === undefined ? "gone" : "another one"}`);
  });
  for (const profile of [version.profile, version.trainProfile]) {
    if (profile !== null) await attempt(`profile ${profile}`, async () => void (await yard.blobs.get(profile, { signal })));
  }
  await attempt(`manifest ${version.manifest}`, async () => {
    await mapBounded(readManifest(version.manifest, yardPages(yard, signal), hasher), VERIFY_CONCURRENCY, async (entry) => {
      files++;
      await attempt(entry.path, async () => {
        for await (const part of await yard.blobs.read(digestOfHex(entry.sha256), { signal })) bytes += part.length;
      });
    });
  });
  if (damage.length === 0 && (files !== version.files || bytes !== version.bytes)) {
    const { code, message } = recordInvalid(
      `the record says ${version.files} files of ${version.bytes} bytes; there are ${files} of ${bytes}`,
    );
    damage.push({ what: RECORD, code, message });
  }
  return { files, bytes, damage };
}

function recordInvalid(message: string) {
  return userError("DATASET_RECORD_INVALID", message, "restore the object from a copy of the yard");
}
