import type { Digest } from "@modelyard/base";

/** One file of a dataset version; `sha256` is 64 bare hex digits. */
export interface FileEntry {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** A page below, as the page above it names it: its last path and its digest. */
export interface PageRef {
  readonly path: string;
  readonly digest: Digest;
}

/** A page of a manifest: files, or the pages of the level below. */
export type Page =
  | { readonly kind: "files"; readonly entries: readonly FileEntry[] }
  | { readonly kind: "pages"; readonly entries: readonly PageRef[] };

/** Canonical JSON of an entry (RFC 8785), spelt out because every push writes it for each file. */
export function entryText(entry: FileEntry | PageRef): string {
  const path = JSON.stringify(entry.path);
  return "digest" in entry
    ? `{"digest":"${entry.digest}","path":${path}}`
    : `{"path":${path},"sha256":"${entry.sha256}","size":${entry.size}}`;
}
