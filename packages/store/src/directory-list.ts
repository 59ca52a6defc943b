import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { CallOptions, ObjectInfo } from "./blob-store.ts";
import { absentAsUndefined } from "./directory-errors.ts";
import { isKeySegment, TEMPORARY_SEGMENT } from "./key.ts";

/** Files whose sizes are asked for at once. */
const STAT_BATCH = 64;

/** Plain files under `root` whose key starts with `prefix`, in key order; holds the names of one directory a level at a time. */
export async function* listDirectory(root: string, prefix: string, options: CallOptions & { after?: string }): AsyncGenerator<ObjectInfo> {
  yield* walk(root, prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix, options);
}

async function* walk(
  root: string,
  directory: string,
  prefix: string,
  options: CallOptions & { after?: string },
): AsyncGenerator<ObjectInfo> {
  let files: string[] = [];
  for (const key of await entries(root, directory)) {
    options.signal?.throwIfAborted();
    if (!mayHold(key, prefix, options.after)) continue;
    if (!key.endsWith("/")) {
      files.push(key);
      if (files.length < STAT_BATCH) continue;
    }
    yield* sizes(root, files, options.signal);
    files = [];
    if (key.endsWith("/")) yield* walk(root, key, prefix, options);
  }
  yield* sizes(root, files, options.signal);
}

/** Keys of the files of one directory and, ending in `/`, of its directories, sorted as the keys below them sort. */
async function entries(root: string, directory: string): Promise<string[]> {
  const found = await readdir(join(root, directory), { withFileTypes: true }).catch(absentAsUndefined);
  const keys: string[] = [];
  for (const entry of found ?? []) {
    if (!isKeySegment(entry.name) || (directory === "" && entry.name === TEMPORARY_SEGMENT)) continue;
    if (entry.isDirectory()) keys.push(`${directory}${entry.name}/`);
    else if (entry.isFile()) keys.push(`${directory}${entry.name}`);
  }
  return keys.sort();
}

function mayHold(key: string, prefix: string, after: string | undefined): boolean {
  const isDirectory = key.endsWith("/");
  if (!key.startsWith(prefix) && !(isDirectory && prefix.startsWith(key))) return false;
  return after === undefined || key > after || (isDirectory && after.startsWith(key));
}

async function* sizes(root: string, keys: readonly string[], signal: AbortSignal | undefined): AsyncGenerator<ObjectInfo> {
  const infos = await Promise.all(keys.map((key) => lstat(join(root, key)).catch(absentAsUndefined)));
  for (const [i, info] of infos.entries()) {
    signal?.throwIfAborted();
    if (info?.isFile()) yield { key: keys[i]!, size: info.size };
  }
  signal?.throwIfAborted();
}
