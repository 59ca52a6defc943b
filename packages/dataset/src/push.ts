import {
  type Clock,
  type Digest,
  type Hasher,
  isoTime,
  type Log,
  newUlid,
  parseName,
  type Random,
  silentLog,
  userError,
  utf8,
  type VersionRef,
} from "@modelyard/base";
import { buildManifest, canonicalJson, type FileEntry, type ManifestSummary, type SplitRule, versionDigest } from "@modelyard/content";
import type { Profile } from "@modelyard/drift";
import { systemRandom, type Yard } from "@modelyard/store";
import type { DatasetVersion, ExampleCounts } from "./document.ts";
import { inOrder } from "./in-order.ts";
import { countNewExamples } from "./new-examples.ts";
import { scanFile } from "./scan-file.ts";
import { type BlobSink, blobSink } from "./store-sink.ts";
import { tableFormat } from "./table-format.ts";
import { type ExamplesMode, Tally, type TallyResult } from "./tally.ts";
import { datasetVersionNumbers, findByDigest, resolveDatasetVersion, versionsPrefix } from "./versions.ts";
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
  const result = tally.result();
  const { record, changed } = await commit(options, draftOf(options, summary, result), profileBlobs(result, hasher), sink);
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
          local: options.dryRun ? options.source : undefined,
        });
  const { version, digest, files, bytes, examples } = record;
  return { version, digest, changed, files, examples, newExamples, bytes, bytesAdded: sink.bytesAdded, record };
}

/** The entries of all files in manifest order; tables are read one at a time, since the order of rows is part of a profile. */
async function* scanned(options: PushOptions, sink: BlobSink, tally: Tally): AsyncGenerator<FileEntry, void, undefined> {
  const { hasher, signal, log = silentLog } = options;
  let done = 0;
  const begin = async (file: SourceFile): Promise<() => Promise<FileEntry>> => {
    const format = tally.readsRows ? tableFormat(file.path) : undefined;
    if (format !== undefined) return () => scanFile(file, hasher, sink, tally.table(file.path, format), signal);
    const entry = await scanFile(file, hasher, sink, undefined, signal);
    return async () => {
      tally.addFile(entry.path, entry.sha256);
      return entry;
    };
  };
  for await (const finish of inOrder(walk(options.source, options.exclude), FILE_CONCURRENCY, begin)) {
    yield await finish();
    log.progress("read", ++done, undefined, "files");
  }
}

type Draft = Omit<DatasetVersion, "version" | "parent" | "profile" | "trainProfile">;

function draftOf(options: PushOptions, summary: ManifestSummary, tally: TallyResult): Draft {
  const { splitRule, hasher } = options;
  return {
    format: 1,
    kind: "dataset-version",
    name: options.name,
    digest: versionDigest(splitRule, summary.root, hasher),
    manifest: summary.root,
    splitRule,
    files: summary.files,
    bytes: summary.bytes,
    exampleKind: tally.exampleKind,
    examples: tally.examples,
    schema: [...tally.schema],
    table: {
      labelColumn: options.labelColumn ?? null,
      keyColumn: splitRule.key.kind === "column" ? splitRule.key.column : null,
      header: options.header ?? true,
    },
    created: isoTime(options.clock),
    push: newUlid(options.clock.now(), options.random ?? systemRandom),
    commit: options.commit ?? null,
    storage: null,
  };
}

/** A profile on its way to the yard; stored only when there is a new version to name it. */
interface ProfileBlob {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

interface ProfileBlobs {
  readonly all: ProfileBlob | undefined;
  readonly train: ProfileBlob | undefined;
}

function profileBlobs(tally: TallyResult, hasher: Hasher): ProfileBlobs {
  const blob = (profile: Profile | undefined): ProfileBlob | undefined => {
    if (profile === undefined) return undefined;
    const bytes = utf8(canonicalJson(profile));
    return { digest: hasher.sha256(bytes), bytes };
  };
  return { all: blob(tally.profile), train: blob(tally.trainProfile) };
}

/** The same content under the same reading of its tables; what a push leaves open matches anything. */
function sameReading(options: PushOptions, draft: Draft): (record: DatasetVersion) => boolean {
  return (record) =>
    record.exampleKind === draft.exampleKind &&
    record.table.header === draft.table.header &&
    (options.labelColumn === undefined || record.table.labelColumn === options.labelColumn);
}

/** Takes the next number unless a version with this content is there, also one that another writer makes meanwhile. */
async function commit(
  options: PushOptions,
  draft: Draft,
  profiles: ProfileBlobs,
  sink: BlobSink,
): Promise<{ record: DatasetVersion; changed: boolean }> {
  const { yard, name } = options;
  let found: DatasetVersion | undefined;
  let seen = 0;
  const build = async (next: number): Promise<DatasetVersion | undefined> => {
    const numbers = (await datasetVersionNumbers(yard, name)).filter((number) => number > seen && number < next);
    found = await findByDigest(yard, name, numbers, draft.digest, sameReading(options, draft));
    seen = next - 1;
    if (found !== undefined) return undefined;
    for (const blob of [profiles.all, profiles.train])
      if (blob !== undefined) await sink.put(blob.digest, blob.bytes.length, () => blob.bytes);
    const digests = { profile: profiles.all?.digest ?? null, trainProfile: profiles.train?.digest ?? null };
    return { ...draft, ...digests, version: next, parent: next > 1 ? next - 1 : null };
  };
  if (options.dryRun) {
    const record = await build(((await datasetVersionNumbers(yard, name)).at(-1) ?? 0) + 1);
    return record === undefined ? { record: found!, changed: false } : { record, changed: true };
  }
  const taken = await yard.records.append(versionsPrefix(name), build, { signal: options.signal });
  return taken === undefined ? { record: found!, changed: false } : { record: taken.record, changed: true };
}
