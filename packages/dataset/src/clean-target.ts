import { lstat, readdir, realpath, rmdir, unlink } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { userError } from "@modelyard/base";
import { inDirectory } from "./safe-directory.ts";
import { STAGING } from "./target-tree.ts";

/**
 * Throws PULL_CLEAN_REFUSED where `clean` would remove what is no dataset: in a repository, in a directory that holds one of `protect` (absolute paths), and
 * in one with files of which none is of the selection.
 */
export async function refuseForeignTarget(path: string, selection: ReadonlySet<string>, protect: readonly string[]): Promise<void> {
  const target = await realPath(path);
  const names = await namesIn(target);
  if (names.has(".git")) throw refusal(target, "is a git repository");
  for (const place of protect) {
    const inside = relative(target, await realPath(place));
    if (inside !== ".." && !inside.startsWith(`..${sep}`)) throw refusal(target, `holds ${place}`);
  }
  names.delete(STAGING);
  if (names.size > 0 && !(await holdsOneOf(target, names, selection)))
    throw refusal(target, "holds files, and none of them is of this dataset");
}

function refusal(target: string, problem: string) {
  return userError(
    "PULL_CLEAN_REFUSED",
    `${target} ${problem}; \`clean\` would remove what is in it`,
    "pull into a directory of its own, such as data/points, or leave `clean` out",
  );
}

/** A place that is not there yet is taken as written. */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

async function namesIn(directory: string): Promise<Set<string>> {
  // What is no directory, or not there, is told by the pull itself.
  return new Set(await readdir(directory).catch(() => []));
}

async function holdsOneOf(target: string, names: ReadonlySet<string>, selection: ReadonlySet<string>): Promise<boolean> {
  for (const path of selection) {
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
