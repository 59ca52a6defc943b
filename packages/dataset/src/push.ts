import {
  type Clock,
  type Digest,
  digestOfHex,
  type Hasher,
  type Log,
  parseName,
  type Random,
  silentLog,
  userError,
  type VersionRef,
} from "@modelyard/base";
import { buildManifest, type FileEntry, type ManifestSummary, type SplitRule } from "@modelyard/content";
import type { Yard } from "@modelyard/store";
import { commitVersion, VersionFinder } from "./commit-version.ts";
import type { DatasetVersion, ExampleCounts } from "./document.ts";
import { inOrder } from "./in-order.ts";
import { countNewExamples } from "./new-examples.ts";
import { scanFile } from "./scan-file.ts";
import { type BlobSink, blobSink } from "./store-sink.ts";
import { localTables } from "./table-files.ts";
import { tableFormat } from "./table-format.ts";
import { type ExamplesMode, Tally } from "./tally.ts";
import { resolveDatasetVersion } from "./versions.ts";
import { type SourceFile, walk } from "./walk.ts";

/** Files read at once: enough to keep a disk or a network busy, few enough that their buffers stay small. */
const FILE_CONCURRENCY = 16;

export interface PushOptions {
  readonly yard: Yard;
  readonly name: string;
  /** Directory or file to push, absolute. */
  readonly source: string;
  /** Absolute paths below `source` that are not content: the yard, the pointer file. */
  readonly exclude?: readonly string[] | undefined;
  readonly splitRule: SplitRule;
  readonly examples?: ExamplesMode | undefined;
  readonly labelColumn?: string | undefined;
  /** False when CSV files have no header; default true. */
  readonly header?: boolean | undefined;
  /** Version that new examples are counted since; default the latest one. */
  readonly since?: VersionRef | undefined;
  readonly commit?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly hasher: Hasher;
  readonly clock: Pick<Clock, "now">;
  /** Default: that of the operating system. */
  readonly random?: Random | undefined;
  readonly log?: Log | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PushResult {
  readonly version: number;
  readonly digest: Digest;
  /** False when this content was a version already. */
  readonly changed: boolean;
  readonly files: number;
  readonly examples: ExampleCounts;
  readonly newExamples: number;
  readonly bytes: number;
  /** Bytes that the yard lacked. */
  readonly bytesAdded: number;
  /** The version's record; on a dry run the one that would be written. */
  readonly record: DatasetVersion;
}

/**
 * Snapshots a directory or file as a version. Blobs come first and the record last, so that a push that stops leaves the versions as they were. Content that
 * is a version already gives that version back. Throws DATASET_*, PATH_*, NAME_INVALID, STORE_*.
 */
export async function pushDataset(options: PushOptions): Promise<PushResult> {
  parseName(options.name, "dataset name");
  const { yard, name, hasher, signal } = options;
  const since = options.since === undefined ? undefined : await resolveDatasetVersion(yard, name, options.since);
  const sink = blobSink(yard, { dryRun: options.dryRun ?? false, signal });
  const tally = new Tally({
    rule: options.splitRule,
    mode: options.examples ?? "auto",
    header: options.header ?? true,
    labelColumn: options.labelColumn,
    hasher,
  });
  const summary = await buildManifest(scanned(options, sink, tally), hasher, (page) =>
    sink.put(page.digest, page.bytes.length, () => page.bytes),
  );
  if (summary.files === 0) throw userError("DATASET_EMPTY", `there are no files in ${options.source}`, "check the input `path`");
  // What cannot be without tables is told before an old version is given back.
  if (!tally.hasTables) tally.result();
  const finder = new VersionFinder(options, { manifest: summary.root, exampleKind: tally.hasTables ? "rows" : "files" });
  const known = await finder.find();
  if (tally.hasTables) await readTables(options, summary, sink, known === undefined ? tally : undefined);
  const { record, changed } =
    known === undefined ? await commitVersion(options, summary, tally.result(), finder, sink) : { record: known, changed: false };
  const before =
    since ??
    (changed && record.parent !== null ? await resolveDatasetVersion(yard, name, { kind: "number", number: record.parent }) : undefined);
  const newExamples =
    !changed && since === undefined
      ? 0
      : await countNewExamples({
          yard,
          hasher,
          pages: sink.pages,
          before,
          after: record,
          local: options.dryRun ? options : undefined,
        });
  const { version, digest, files, bytes, examples } = record;
  return { version, digest, changed, files, examples, newExamples, bytes, bytesAdded: sink.bytesAdded, record };
}

/** The entries of all files in manifest order. What is no table is stored; tables are hashed alone, since most pushes of them change nothing. */
async function* scanned(options: PushOptions, sink: BlobSink, tally: Tally): AsyncGenerator<FileEntry, void, undefined> {
  const { hasher, signal, log = silentLog } = options;
  let done = 0;
  const scan = async (file: SourceFile): Promise<FileEntry> => {
    const isTable = tally.readsRows && tableFormat(file.path) !== undefined;
    const entry = await scanFile(file, { hasher, sink: isTable ? undefined : sink, signal });
    if (isTable) tally.addTable();
    else tally.addFile(entry.path, entry.sha256);
    return entry;
  };
  for await (const entry of inOrder(walk(options.source, options.exclude), FILE_CONCURRENCY, scan)) {
    yield entry;
    log.progress("read", ++done, undefined, "files");
  }
}

/**
 * Stores the tables; where there is a tally their rows are counted and profiled on the way, one table at a time, since the order of rows is part of a profile.
 * A table that cannot be read is not stored.
 */
async function readTables(options: PushOptions, summary: ManifestSummary, sink: BlobSink, tally: Tally | undefined): Promise<void> {
  const { yard, hasher, signal, log = silentLog } = options;
  let done = 0;
  for await (const { file, entry, format } of localTables({ ...options, manifest: summary.root, pages: sink.pages })) {
    if (tally === undefined && (await yard.blobs.has(digestOfHex(entry.sha256), { signal }))) continue;
    await scanFile(file, { hasher, sink, table: tally?.table(file.path, format), expected: entry, signal });
    log.progress("profiled", ++done, undefined, "tables");
  }
}
