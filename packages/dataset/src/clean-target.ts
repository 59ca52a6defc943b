import { lstatSync } from "node:fs";
import { readdir, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { userError } from "@modelyard/base";
import { inDirectory } from "./safe-directory.ts";

/** Throws PULL_CLEAN_REFUSED where `clean` would remove a repository's files. */
export function refuseRepository(target: string): void {
  if (lstatSync(join(target, ".git"), { throwIfNoEntry: false }) === undefined) return;
  throw userError(
    "PULL_CLEAN_REFUSED",
    `${target} is a git repository; \`clean\` would remove what is in it`,
    "pull into a directory of its own, such as data/",
  );
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
