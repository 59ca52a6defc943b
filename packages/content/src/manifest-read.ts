import { compareUtf8, type Digest, type Hasher } from "@modelyard/base";
import { TreeCheck } from "./entry-path.ts";
import type { FileEntry } from "./file-entry.ts";
import { ManifestCursor, type PageSource } from "./manifest-cursor.ts";
import { manifestError } from "./manifest-page.ts";

/** Bounds of what a reader accepts; a manifest past them is refused while it is read. */
export interface ManifestLimits {
  readonly maxFiles: number;
  readonly maxBytes: number;
}

/** More than any dataset this format is meant for (100 million files), and what a number holds exactly. */
export const DEFAULT_MANIFEST_LIMITS: ManifestLimits = { maxFiles: 1_000_000_000, maxBytes: Number.MAX_SAFE_INTEGER };

export interface ReadManifestOptions {
  readonly limits?: ManifestLimits | undefined;
  /** Read only the pages that may hold paths starting with this text, and give only those paths. */
  readonly prefix?: string | undefined;
}

/**
 * The files of a manifest in path order, page by page. Nothing a page says is trusted: digests, order, depth, path rules, collisions and limits are
 * checked on the way. Throws MANIFEST_INVALID, PATH_INVALID, PATH_COLLISION.
 */
export async function* readManifest(
  root: Digest,
  getPage: PageSource,
  hasher: Hasher,
  options: ReadManifestOptions = {},
): AsyncGenerator<FileEntry, void, undefined> {
  const limits = options.limits ?? DEFAULT_MANIFEST_LIMITS;
  const prefix = options.prefix ?? "";
  const tree = new TreeCheck();
  const cursor = await ManifestCursor.open(root, getPage, hasher);
  let files = 0;
  let bytes = 0;
  for (let head = cursor.head(); head !== undefined; head = cursor.head()) {
    const path = head.kind === "page" ? head.ref.path : head.file.path;
    if (compareUtf8(path, prefix) < 0) {
      cursor.skip();
    } else if (head.kind === "page") {
      await cursor.descend();
    } else {
      if (!path.startsWith(prefix)) return;
      files++;
      bytes += head.file.size;
      if (files > limits.maxFiles) throw manifestError(root, `it has more than ${limits.maxFiles} files`);
      if (bytes > limits.maxBytes) throw manifestError(root, `its files have more than ${limits.maxBytes} bytes`);
      tree.add(path);
      cursor.skip();
      yield head.file;
    }
  }
}
