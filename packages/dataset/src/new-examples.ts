import { createReadStream } from "node:fs";
import { digestOfHex, type Hasher, userError } from "@modelyard/base";
import { diffManifests, type FileEntry, type PageSource } from "@modelyard/content";
import type { Yard } from "@modelyard/store";
import { commonPrefix } from "./common-prefix.ts";
import { DigestCounts, type Key64, keyOfHash, keyOfHex } from "./digest-counts.ts";
import type { DatasetVersion } from "./document.ts";
import { tableFormat } from "./table-format.ts";
import { TableReader } from "./table-reader.ts";
import { walk } from "./walk.ts";

/** Where the files of a version lie on this machine. */
export interface LocalFiles {
  readonly source: string;
  readonly exclude?: readonly string[] | undefined;
}

export interface NewExamplesOptions {
  readonly yard: Yard;
  readonly hasher: Hasher;
  readonly pages: PageSource;
  /** Undefined: everything is new. */
  readonly before: DatasetVersion | undefined;
  readonly after: DatasetVersion;
  /** Where the files of `after` are while they are not in the yard (a dry run). */
  readonly local?: LocalFiles | undefined;
}

/** Examples of the older version counted at once, about 100 MB; more of them take as many passes over the files that differ. */
const KEYS_AT_ONCE = 4_000_000;

/**
 * Examples of `after` that `before` lacks: the multiset difference of the examples' own digests (a file's, a row's), over the files that differ. A row that
 * moved to another file is not new. Bounded memory, whatever the tables' size.
 */
export async function countNewExamples(options: NewExamplesOptions, keysAtOnce = KEYS_AT_ONCE): Promise<number> {
  const { before, after } = options;
  if (before === undefined || before.exampleKind !== after.exampleKind) return after.examples.total;
  const passes = Math.max(1, Math.ceil(before.examples.total / keysAtOnce));
  const difference = new Difference(options, before);
  let added = 0;
  for (let pass = 0; pass < passes; pass++) added += await difference.count((key) => key.high % passes === pass);
  return added;
}

/** The files in which two versions differ, read as often as there are passes. */
class Difference {
  private readonly options: NewExamplesOptions;
  private readonly before: DatasetVersion;
  /** Bytes that the two tables of a path begin with alike; their whole rows cancel out and are not looked at. Grown tables have nearly all. */
  private readonly alike = new Map<string, number>();
  private localPaths: Map<string, string> | undefined;

  constructor(options: NewExamplesOptions, before: DatasetVersion) {
    this.options = options;
    this.before = before;
  }

  /** New examples among those whose key `matters`. */
  async count(matters: (key: Key64) => boolean): Promise<number> {
    const { after } = this.options;
    const old = new DigestCounts();
    let added = 0;
    for await (const change of this.changes()) {
      if (change.kind === "changed") await this.compare(change.before, change.after);
      if (change.kind !== "added") await this.eachExample(change.before, this.before, (key) => matters(key) && old.add(key));
    }
    for await (const change of this.changes())
      if (change.kind !== "removed")
        await this.eachExample(change.after, after, (key) => {
          if (matters(key) && !old.take(key)) added++;
        });
    return added;
  }

  private changes() {
    const { after, pages, hasher } = this.options;
    return diffManifests(this.before.manifest, after.manifest, pages, hasher);
  }

  private async compare(before: FileEntry, after: FileEntry): Promise<void> {
    const isTable = this.before.exampleKind === "rows" && tableFormat(after.path) !== undefined;
    if (!isTable || this.alike.has(after.path)) return;
    this.alike.set(after.path, await commonPrefix(await this.open(before, this.before), await this.open(after, this.options.after)));
  }

  private async eachExample(entry: FileEntry, version: DatasetVersion, visit: (key: Key64) => void): Promise<void> {
    if (version.exampleKind === "files") return visit(keyOfHex(entry.sha256));
    const format = tableFormat(entry.path);
    if (format === undefined) return;
    const alike = this.alike.get(entry.path) ?? 0;
    const reader = new TableReader(entry.path, format, version.table, {
      row: (row) => {
        // A last row without its line ending may go on in the other table.
        const isAlike = row.end <= alike && row.raw.length > row.bytes.length;
        if (!isAlike) visit(keyOfHash(this.options.hasher.sha256Bytes(row.bytes)));
      },
    });
    for await (const bytes of await this.open(entry, version)) reader.push(bytes);
    reader.end();
  }

  private async open(entry: FileEntry, version: DatasetVersion): Promise<AsyncIterable<Uint8Array>> {
    const { yard, local, after } = this.options;
    if (local === undefined || version !== after) return yard.blobs.read(digestOfHex(entry.sha256));
    this.localPaths ??= await tablesBelow(local);
    const path = this.localPaths.get(entry.path);
    if (path === undefined)
      throw userError("DATASET_FILE_CHANGED", `${entry.path} was moved while it was read`, "wait until nothing writes to the directory");
    return createReadStream(path) as AsyncIterable<Uint8Array>;
  }
}

/** Tables of a source by their path in the dataset: its spelling on this machine may be another (Unicode forms). */
async function tablesBelow({ source, exclude }: LocalFiles): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for await (const file of walk(source, exclude)) if (tableFormat(file.path) !== undefined) paths.set(file.path, file.absolute);
  return paths;
}

/** Examples of one version that another, older one lacks; both are in the yard. What `train` asks before it trains. */
export function newExamplesSince(yard: Yard, before: DatasetVersion | undefined, after: DatasetVersion, hasher: Hasher): Promise<number> {
  return countNewExamples({ yard, hasher, before, after, pages: (digest, maxBytes) => yard.blobs.get(digest, { maxBytes }) });
}
