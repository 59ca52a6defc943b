import { parseNameAtVersion, userError } from "@modelyard/base";
import { readPointer, resolveDatasetVersion } from "@modelyard/dataset";
import type { DatasetRef } from "@modelyard/lineage";
import type { Yard } from "@modelyard/store";
import { isFile, requireFile } from "./read-file-input.ts";

/**
 * The dataset version that the input `dataset` names: `name@version`, or the path of a pointer file. Throws DATASET_VERSION_MISSING, FILE_MISSING, and
 * DATASET_POINTER_MISMATCH when the yard holds another content under the pointer's number.
 */
export async function resolveDatasetInput(text: string, yard: Yard, cwd: string): Promise<DatasetRef> {
  const looksLikePath = text.endsWith(".json") || text.includes("/") || (await isFile(text, cwd));
  if (!looksLikePath) {
    const { name, version } = parseNameAtVersion(text);
    return refOf(await resolveDatasetVersion(yard, name, version));
  }
  const pointer = await readPointer(await requireFile("dataset", text, cwd));
  const stored = refOf(await resolveDatasetVersion(yard, pointer.name, { kind: "number", number: pointer.version }));
  if (stored.digest === pointer.digest) return stored;
  throw userError(
    "DATASET_POINTER_MISMATCH",
    `${text} names ${pointer.name}@${pointer.version} with ${pointer.digest}, and the yard ${yard.url} holds ${stored.digest} under that number`,
    "the pointer was written for another yard: check `yard`, or push the dataset again",
  );
}

function refOf(version: DatasetRef): DatasetRef {
  return { name: version.name, version: version.version, digest: version.digest };
}
