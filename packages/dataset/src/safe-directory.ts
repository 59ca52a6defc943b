import { closeSync, constants, existsSync, lstatSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { userError } from "@modelyard/base";
import { printable } from "@modelyard/content";

/** Where Linux shows a process its own open files; a path through it starts at the open directory itself, whatever its name leads to by now. */
const OPEN_FILES = "/proc/self/fd";
const OPEN_DIRECTORY = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/**
 * Calls `use` with a path of the directory `segments` below `root` that cannot lead elsewhere: on Linux every step is opened from the one above and no link
 * is followed, so that a link swapped in meanwhile changes nothing; elsewhere every step is checked to be a directory. Gives undefined when the directory is not
 * there and `create` is false. Throws PULL_UNSAFE.
 */
export async function inDirectory<T>(
  root: string,
  segments: readonly string[],
  create: boolean,
  use: (directory: string) => Promise<T>,
): Promise<T | undefined> {
  return existsSync(OPEN_FILES) && constants.O_NOFOLLOW !== undefined
    ? byOpenFiles(root, segments, create, use)
    : byChecking(root, segments, create, use);
}

async function byOpenFiles<T>(
  root: string,
  segments: readonly string[],
  create: boolean,
  use: (directory: string) => Promise<T>,
): Promise<T | undefined> {
  let descriptor = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    for (const [i, segment] of segments.entries()) {
      const next = openChild(`${OPEN_FILES}/${descriptor}/${segment}`, create, segments.slice(0, i + 1).join("/"));
      if (next === undefined) return undefined;
      closeSync(descriptor);
      descriptor = next;
    }
    return await use(`${OPEN_FILES}/${descriptor}`);
  } finally {
    closeSync(descriptor);
  }
}

function openChild(path: string, create: boolean, shown: string): number | undefined {
  try {
    return openSync(path, OPEN_DIRECTORY);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ENOENT") throw unsafe(shown, error);
    if (!create) return undefined;
  }
  makeDirectory(path);
  try {
    return openSync(path, OPEN_DIRECTORY);
  } catch (error) {
    throw unsafe(shown, error);
  }
}

async function byChecking<T>(
  root: string,
  segments: readonly string[],
  create: boolean,
  use: (directory: string) => Promise<T>,
): Promise<T | undefined> {
  let path = root;
  for (const segment of segments) {
    path = join(path, segment);
    const info = lstatSync(path, { throwIfNoEntry: false });
    if (info === undefined && !create) return undefined;
    if (info === undefined) makeDirectory(path);
    else if (!info.isDirectory()) throw unsafe(path.slice(root.length + 1), undefined);
  }
  return use(path);
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    // Another pull into the same place may have made it first; what is there is opened and checked next.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function unsafe(path: string, cause: unknown): Error {
  return userError(
    "PULL_UNSAFE",
    `${printable(path)} in the target directory is not a directory (a link or a file is in the way)`,
    "remove it, or pull into another directory; nothing was written through it",
    cause,
  );
}
