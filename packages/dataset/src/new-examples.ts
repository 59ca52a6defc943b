import { createReadStream, statSync } from "node:fs";
import { join } from "node:path";
import { digestOfHex, type Hasher } from "@modelyard/base";
import { diffManifests, type FileEntry, type PageSource } from "@modelyard/content";
import type { Yard } from "@modelyard/store";
import type { DatasetVersion } from "./document.ts";
import { tableFormat } from "./table-format.ts";
import { TableReader } from "./table-reader.ts";

export interface NewExamplesOptions {
  readonly yard: Yard;
  readonly hasher: Hasher;
  readonly pages: PageSource;
  /** Undefined: everything is new. */
  readonly before: DatasetVersion | undefined;
  readonly after: DatasetVersion;
  /** Directory or file that holds the files of `after` while they are not in the yard (a dry run). */
  readonly local?: string | undefined;
}

/**
 * Examples of `after` that `before` lacks: the multiset difference of the examples' own digests (a file's, a row's), over the files that differ. A row that
 * moved to another file is not new.
 */
export async function countNewExamples(options: NewExamplesOptions): Promise<number> {
  const { before, after, hasher, pages } = options;
  if (before === undefined || before.exampleKind !== after.exampleKind) return after.examples.total;
  const old = new Counted();
  const fresh: FileEntry[] = [];
  for await (const change of diffManifests(before.manifest, after.manifest, pages, hasher)) {
    if (change.kind !== "added") await eachExample(options, change.before, before, false, (key) => old.add(key));
    if (change.kind !== "removed") fresh.push(change.after);
  }
  let added = 0;
  for (const entry of fresh) {
    await eachExample(options, entry, after, true, (key) => {
      if (!old.take(key)) added++;
    });
  }
  return added;
}

/** A multiset of keys. */
class Counted {
  private readonly counts = new Map<string, number>();

  add(key: string): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  take(key: string): boolean {
    const count = this.counts.get(key);
    if (count === undefined) return false;
    if (count === 1) this.counts.delete(key);
    else this.counts.set(key, count - 1);
    return true;
  }
}

/** 64 bits of a digest name an example here: a chance meeting in a billion rows is 1 in 40. Only a count depends on it. */
const KEY_START = 7;
const KEY_END = 23;

async function eachExample(
  options: NewExamplesOptions,
  entry: FileEntry,
  version: DatasetVersion,
  isNew: boolean,
  visit: (key: string) => void,
): Promise<void> {
  if (version.exampleKind === "files") return visit(entry.sha256);
  const format = tableFormat(entry.path);
  if (format === undefined) return;
  const reader = new TableReader(entry.path, format, version.table, {
    row: (row) => visit(options.hasher.sha256(row.bytes).slice(KEY_START, KEY_END)),
  });
  for await (const bytes of await openEntry(options, entry, isNew)) reader.push(bytes);
  reader.end();
}

async function openEntry(options: NewExamplesOptions, entry: FileEntry, isNew: boolean): Promise<AsyncIterable<Uint8Array>> {
  if (!isNew || options.local === undefined) return options.yard.blobs.read(digestOfHex(entry.sha256));
  const path = statSync(options.local).isDirectory() ? join(options.local, entry.path) : options.local;
  return createReadStream(path) as AsyncIterable<Uint8Array>;
}

/** Examples of one version that another, older one lacks; both are in the yard. What `train` asks before it trains. */
export function newExamplesSince(yard: Yard, before: DatasetVersion | undefined, after: DatasetVersion, hasher: Hasher): Promise<number> {
  return countNewExamples({ yard, hasher, before, after, pages: (digest, maxBytes) => yard.blobs.get(digest, { maxBytes }) });
}
