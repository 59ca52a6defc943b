import type { Dirent, Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { compareUtf8, type ModelyardError, messageOf, userError } from "@modelyard/base";
import { foldName, parseEntryPath, printable } from "@modelyard/content";

/** A file to push: its path in the dataset and on this machine. */
export interface SourceFile {
  readonly path: string;
  readonly absolute: string;
}

/** Directories that are never content: a repository's own, the default yard, and what a killed pull left behind. */
export const SKIPPED_DIRECTORIES: ReadonlySet<string> = new Set([".git", ".modelyard", ".modelyard-pull"]);

/**
 * The files below a directory (or the one file) in manifest order, without the absolute paths of `exclude`. Throws DATASET_SOURCE_MISSING,
 * DATASET_LINK, DATASET_SPECIAL_FILE, DATASET_FILE_UNREADABLE, PATH_INVALID, PATH_COLLISION, each naming the file.
 */
export async function* walk(source: string, exclude: readonly string[] = []): AsyncGenerator<SourceFile, void, undefined> {
  const info = await lookAtSource(source);
  if (info.isFile()) yield { path: parseEntryPath(basename(source).normalize("NFC")), absolute: source };
  else yield* walkDirectory(source, "", new Set(exclude.map((path) => resolve(path))));
}

/** Looks at what is to be pushed. Throws DATASET_SOURCE_MISSING, DATASET_LINK, DATASET_SPECIAL_FILE, DATASET_FILE_UNREADABLE. */
export async function lookAtSource(source: string): Promise<Stats> {
  const info = await lstat(source).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT" && cause.code !== "ENOTDIR") throw unreadable(source, cause);
    throw userError(
      "DATASET_SOURCE_MISSING",
      `there is nothing at ${source}`,
      "check the input `path`; it starts from `working-directory`",
      cause,
    );
  });
  if (info.isSymbolicLink()) throw sourceLinkRefused(source);
  if (!info.isFile() && !info.isDirectory()) throw specialRefused(source);
  return info;
}

async function* walkDirectory(
  directory: string,
  prefix: string,
  exclude: ReadonlySet<string>,
): AsyncGenerator<SourceFile, void, undefined> {
  for (const child of await children(directory, prefix, exclude)) {
    if (child.isDirectory) yield* walkDirectory(child.absolute, `${child.path}/`, exclude);
    else yield { path: child.path, absolute: child.absolute };
  }
}

interface Child extends SourceFile {
  readonly isDirectory: boolean;
}

async function children(directory: string, prefix: string, exclude: ReadonlySet<string>): Promise<Child[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(directory, cause);
  });
  const folded = new Map<string, string>();
  const found: Child[] = [];
  for (const entry of entries) {
    if ((entry.isDirectory() && SKIPPED_DIRECTORIES.has(entry.name)) || exclude.has(resolve(directory, entry.name))) continue;
    const child = childOf(directory, prefix, entry);
    const other = folded.get(foldName(entry.name));
    if (other !== undefined) throw collision(prefix, other, entry.name);
    folded.set(foldName(entry.name), entry.name);
    found.push(child);
  }
  // A directory sorts as its paths do, with the slash.
  const key = (child: Child): string => (child.isDirectory ? `${child.path}/` : child.path);
  return found.sort((a, b) => compareUtf8(key(a), key(b)));
}

function childOf(directory: string, prefix: string, entry: Dirent): Child {
  const absolute = join(directory, entry.name);
  if (entry.isSymbolicLink()) throw linkRefused(absolute);
  if (!entry.isFile() && !entry.isDirectory()) throw specialRefused(absolute);
  // macOS may hand out decomposed names; the dataset has one spelling.
  return { path: parseEntryPath(prefix + entry.name.normalize("NFC")), absolute, isDirectory: entry.isDirectory() };
}

function unreadable(path: string, cause: unknown): ModelyardError {
  return userError(
    "DATASET_FILE_UNREADABLE",
    `${printable(path)} cannot be read: ${messageOf(cause)}`,
    "check its permissions, and that nothing removes it while it is pushed",
    cause,
  );
}

function sourceLinkRefused(path: string): ModelyardError {
  return userError(
    "DATASET_LINK",
    `${printable(path)} is a symbolic link; a dataset is never read through one that a checkout may have brought`,
    "give the input `path` the directory that the link leads to",
  );
}

function linkRefused(path: string): ModelyardError {
  return userError(
    "DATASET_LINK",
    `${printable(path)} is a symbolic link; a dataset holds files alone`,
    "replace the link by a copy of what it names, or leave it out of the directory",
  );
}

function specialRefused(path: string): ModelyardError {
  return userError(
    "DATASET_SPECIAL_FILE",
    `${printable(path)} is neither a file nor a directory`,
    "leave sockets, pipes and devices out of the directory",
  );
}

function collision(prefix: string, a: string, b: string): ModelyardError {
  return userError(
    "PATH_COLLISION",
    `${printable(prefix + a)} and ${printable(prefix + b)} are one name on file systems that ignore case or Unicode form`,
    "rename one of the two",
  );
}
