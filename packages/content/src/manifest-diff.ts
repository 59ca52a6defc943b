import { compareUtf8, type Digest, type Hasher } from "@modelyard/base";
import type { FileEntry } from "./file-entry.ts";
import { type Head, ManifestCursor, type PageSource } from "./manifest-cursor.ts";

/** One file that differs between two manifests. */
export type FileChange =
  | { readonly kind: "added"; readonly path: string; readonly after: FileEntry }
  | { readonly kind: "removed"; readonly path: string; readonly before: FileEntry }
  | { readonly kind: "changed"; readonly path: string; readonly before: FileEntry; readonly after: FileEntry };

/** Files that differ, in path order; pages that both trees share are never read. Throws what `readManifest` throws. */
export async function* diffManifests(
  before: Digest,
  after: Digest,
  getPage: PageSource,
  hasher: Hasher,
): AsyncGenerator<FileChange, void, undefined> {
  if (before === after) return;
  const [a, b] = [await ManifestCursor.open(before, getPage, hasher), await ManifestCursor.open(after, getPage, hasher)];
  for (;;) {
    const [x, y] = [a.head(), b.head()];
    if (x === undefined && y === undefined) return;
    if (x?.kind === "page" && y?.kind === "page" && x.ref.digest === y.ref.digest) {
      a.skip();
      b.skip();
    } else if (x?.kind === "page" || y?.kind === "page") {
      if (x?.kind === "page") await a.descend();
      if (y?.kind === "page") await b.descend();
    } else {
      const change = step(a, fileOf(x), b, fileOf(y));
      if (change !== undefined) yield change;
    }
  }
}

function fileOf(head: Head | undefined): FileEntry | undefined {
  return head?.kind === "file" ? head.file : undefined;
}

/** Moves past the lower of two files, or both when they have one path. */
function step(a: ManifestCursor, before: FileEntry | undefined, b: ManifestCursor, after: FileEntry | undefined): FileChange | undefined {
  const order = before === undefined ? 1 : after === undefined ? -1 : compareUtf8(before.path, after.path);
  if (order <= 0) a.skip();
  if (order >= 0) b.skip();
  if (order < 0) return { kind: "removed", path: before!.path, before: before! };
  if (order > 0) return { kind: "added", path: after!.path, after: after! };
  if (before!.sha256 === after!.sha256 && before!.size === after!.size) return undefined;
  return { kind: "changed", path: after!.path, before: before!, after: after! };
}
