import { lstat, readdir, realpath, rmdir, unlink } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { type Hasher, userError } from "@modelyard/base";
import { readManifest } from "@modelyard/content";
import type { Yard } from "@modelyard/store";
import type { DatasetVersion } from "./document.ts";
import { inDirectory } from "./safe-directory.ts";
import { yardPages } from "./store-sink.ts";
import { STAGING } from "./target-tree.ts";
import { datasetVersionNumbers, readDatasetVersion } from "./versions.ts";

/** Other versions whose paths show that the target of a `clean` is the dataset's own; older ones are unlikely to lie there still. */
const OTHER_VERSIONS = 16;

/** Whose files `clean` may remove. */
export interface KnownDataset {
  readonly yard: Yard;
  readonly version: DatasetVersion;
  readonly hasher: Hasher;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Throws PULL_CLEAN_REFUSED where `clean` would remove what is no dataset: in a repository, in a directory that holds one of `protect` (absolute paths), and
 * in one with files of which none is of the dataset.
 */
export async function refuseForeignTarget(path: string, dataset: KnownDataset, protect: readonly string[]): Promise<void> {
  const target = await realPath(path);
  const names = await namesIn(target);
  if (names.has(".git")) throw refusal(target, "is a git repository");
  for (const place of protect) {
    const inside = relative(target, await realPath(place));
    if (inside !== ".." && !inside.startsWith(`..${sep}`)) throw refusal(target, `holds ${place}`);
  }
  names.delete(STAGING);
  if (names.size > 0 && !(await holdsOneOf(target, names, pathsOf(dataset))))
    throw refusal(target, "holds files, and none of them is of this dataset");
}

function refusal(target: string, problem: string) {
  return userError(
    "PULL_CLEAN_REFUSED",
    `${target} ${problem}; \`clean\` would remove what is in it`,
    "pull into a directory of its own, such as data/points, or leave `clean` out",
  );
}

/** Paths of the version, then of others, the newest first: what an earlier pull may have left in the target. */
async function* pathsOf({ yard, version, hasher, signal }: KnownDataset): AsyncGenerator<string, void, undefined> {
  const others = (await datasetVersionNumbers(yard, version.name)).filter((number) => number !== version.version).reverse();
  for (const number of [version.version, ...others.slice(0, OTHER_VERSIONS)]) {
    const found = number === version.version ? version : await readDatasetVersion(yard, version.name, number);
    if (found === undefined) continue;
    for await (const entry of readManifest(found.manifest, yardPages(yard, signal), hasher)) yield entry.path;
  }
}

/** A place that is not there yet is taken as written. */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

async function namesIn(directory: string): Promise<Set<string>> {
  // What is no directory, or not there, is told by the pull itself.
  return new Set(await readdir(directory).catch(() => []));
}

async function holdsOneOf(target: string, names: ReadonlySet<string>, known: AsyncIterable<string>): Promise<boolean> {
  for await (const path of known) {
    if (!names.has(path.split("/")[0]!)) continue;
    const info = await lstat(join(target, path)).catch(() => undefined);
    if (info?.isFile()) return true;
  }
  return false;
}

/**
 * Removes every file below `root` whose path is not in `keep`, and the directories that become empty; links are removed, never followed. Gives the number of
 * files removed.
 */
export function removeOthers(root: string, keep: ReadonlySet<string>): Promise<number> {
  return removeBelow(root, [], keep);
}

async function removeBelow(root: string, segments: readonly string[], keep: ReadonlySet<string>): Promise<number> {
  const removed = await inDirectory(root, segments, false, async (directory) => {
    let count = 0;
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = [...segments, entry.name];
      if (entry.isDirectory()) {
        count += await removeBelow(root, path, keep);
        // A directory that still holds something stays.
        await rmdir(join(directory, entry.name)).catch(() => undefined);
      } else if (!keep.has(path.join("/").normalize("NFC"))) {
        await unlink(join(directory, entry.name));
        count++;
      }
    }
    return count;
  });
  return removed ?? 0;
}
