import type { FileHandle } from "node:fs/promises";
import {
  concatBytes,
  type Digest,
  digestOfHex,
  type Hasher,
  hexOf,
  isModelyardError,
  type Log,
  mapBounded,
  remoteError,
  silentLog,
} from "@modelyard/base";
import { type FileEntry, printable, type Split } from "@modelyard/content";
import type { Yard } from "@modelyard/store";
import { refuseForeignTarget, removeOthers } from "./clean-target.ts";
import type { DatasetVersion } from "./document.ts";
import { pullError } from "./pull-error.ts";
import { type PullItem, planPull } from "./pull-plan.ts";
import { SplitAssigner } from "./split-assigner.ts";
import { TableReader } from "./table-reader.ts";
import { TargetTree } from "./target-tree.ts";

/** Files fetched at once. */
const FETCH_CONCURRENCY = 8;

export interface PullOptions {
  readonly yard: Yard;
  readonly version: DatasetVersion;
  readonly split?: Split | "all" | undefined;
  /** One path, a directory, or a glob of the dataset. */
  readonly only?: string | undefined;
  /** Directory to restore into, absolute. */
  readonly target: string;
  /** Remove files of the target that the version does not have. */
  readonly clean?: boolean | undefined;
  /** Absolute paths that `clean` must not be near: it is refused in a directory that holds one of them. */
  readonly protect?: readonly string[] | undefined;
  /** Say what would be fetched and change nothing. */
  readonly dryRun?: boolean | undefined;
  readonly hasher: Hasher;
  readonly log?: Log | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PullResult {
  readonly digest: Digest;
  /** Files of the selection, those already there included. */
  readonly files: number;
  /** Bytes of the selection in the target. */
  readonly bytes: number;
  /** Bytes read from the yard. */
  readonly bytesFetched: number;
  readonly filesKept: number;
  readonly removed: number;
}

/**
 * Restores a version, a split or a path into a directory. Every file is fetched to a staging directory inside the target and proved by its sha256; only when all
 * are there are they moved to their places. A pull that was killed goes on from there; files that are right already are not fetched. Throws PULL_*, MANIFEST_*,
 * PATH_*, BLOB_*, DATASET_PATH_MISSING.
 */
export async function pullDataset(options: PullOptions): Promise<PullResult> {
  const { version, hasher, yard, signal } = options;
  const plan = await planPull({ yard, version, split: options.split ?? "all", only: options.only, hasher, signal });
  const selection = new Set(plan.map((item) => item.entry.path));
  if (options.clean) await refuseForeignTarget(options.target, options, options.protect ?? []);
  if (options.dryRun) return dryRun(version, plan);
  const target = await TargetTree.open(options.target, hasher);
  const pull = new Pull(options, target);
  try {
    const prepared = await mapBounded(plan, FETCH_CONCURRENCY, (item) => pull.prepare(item));
    const staged = prepared.filter((one) => one.kind === "staged");
    await mapBounded(staged, FETCH_CONCURRENCY, (one) => target.place(one.id, one.entry));
    await target.clearStaging();
    const removed = options.clean ? await removeOthers(target.root, selection) : 0;
    const { bytes, bytesFetched } = pull;
    return { digest: version.digest, files: plan.length, bytes, bytesFetched, filesKept: plan.length - staged.length, removed };
  } catch (error) {
    if (!mayContinue(error)) await target.drop();
    throw pullError(error, options.target);
  }
}

/** After a failure of the store or of this machine the next pull goes on from what is staged; after others nothing of the pull is left. */
function mayContinue(error: unknown): boolean {
  return !isModelyardError(error) || error.retryable || (error.kind === "remote" && error.code.startsWith("STORE_"));
}

function dryRun(version: DatasetVersion, plan: readonly PullItem[]): PullResult {
  const bytes = plan.reduce((sum, item) => sum + item.entry.size, 0);
  return { digest: version.digest, files: plan.length, bytes, bytesFetched: 0, filesKept: 0, removed: 0 };
}

/** What stands ready after the fetching half of a pull. */
type Prepared = { readonly kind: "kept" } | { readonly kind: "staged"; readonly id: string; readonly entry: FileEntry };

class Pull {
  bytes = 0;
  bytesFetched = 0;
  private done = 0;
  private readonly options: PullOptions;
  private readonly target: TargetTree;
  private readonly log: Log;

  constructor(options: PullOptions, target: TargetTree) {
    this.options = options;
    this.target = target;
    this.log = options.log ?? silentLog;
  }

  async prepare(item: PullItem): Promise<Prepared> {
    this.options.signal?.throwIfAborted();
    const prepared = item.kind === "whole" ? await this.prepareWhole(item.entry) : await this.prepareRows(item);
    this.log.progress("pulled", ++this.done, undefined, "files");
    return prepared;
  }

  /** Name of an item in staging: the same when the pull is made again. */
  private idOf(entry: FileEntry, part: string): string {
    return this.options.hasher.sha256(`${part}\0${entry.sha256}\0${entry.path}`).slice(7, 39);
  }

  private async prepareWhole(entry: FileEntry): Promise<Prepared> {
    this.bytes += entry.size;
    if (await this.target.holds(entry)) return { kind: "kept" };
    const id = this.idOf(entry, "all");
    if (!(await this.target.isStaged(id, entry))) {
      await this.target.stage(id, async (file) => {
        for await (const bytes of this.fetch(entry)) await writeAll(file, bytes);
      });
    }
    return { kind: "staged", id, entry };
  }

  private async prepareRows(item: Extract<PullItem, { kind: "rows" }>): Promise<Prepared> {
    // Whether the place is free is asked before anything is moved.
    await this.target.holds(item.entry);
    const id = this.idOf(item.entry, item.split);
    const running = this.options.hasher.start();
    let size = 0;
    await this.target.stage(id, async (file) => {
      for await (const bytes of this.rowsOf(item)) {
        running.update(bytes);
        size += bytes.length;
        await writeAll(file, bytes);
      }
    });
    this.bytes += size;
    const entry = { path: item.entry.path, size, sha256: hexOf(running.digest()) };
    if (!(await this.target.holds(entry))) return { kind: "staged", id, entry };
    // The file that is there stays, with its time: what was made from it need not be made again.
    await this.target.unstage(id);
    return { kind: "kept" };
  }

  /** The header and the split's rows of a table, as the file spells them. */
  private async *rowsOf(item: Extract<PullItem, { kind: "rows" }>): AsyncGenerator<Uint8Array, void, undefined> {
    const { entry, split, format } = item;
    const splitOf = new SplitAssigner(this.options.version.splitRule, this.options.hasher).rowsOf(entry.path);
    let pieces: Uint8Array[] = [];
    const reader = new TableReader(entry.path, format, this.options.version.table, {
      header: (raw) => void pieces.push(raw.slice()),
      row: (row) => {
        if (splitOf(row.bytes, (column) => row.fields()[column]) === split) pieces.push(row.raw.slice());
      },
    });
    for await (const bytes of this.fetch(entry)) {
      reader.push(bytes);
      yield concatBytes(pieces);
      pieces = [];
    }
    reader.end();
    yield concatBytes(pieces);
  }

  /** The file's bytes; the blob's digest is checked at the end by the yard, the length here. */
  private async *fetch(entry: FileEntry): AsyncGenerator<Uint8Array, void, undefined> {
    let size = 0;
    for await (const bytes of await this.options.yard.blobs.read(digestOfHex(entry.sha256), { signal: this.options.signal })) {
      size += bytes.length;
      this.bytesFetched += bytes.length;
      if (size > entry.size) break;
      yield bytes;
    }
    if (size !== entry.size) {
      throw remoteError(
        "MANIFEST_INVALID",
        `the manifest says that ${printable(entry.path)} has ${entry.size} bytes; its blob has another length`,
        {
          hint: "the yard is damaged or was written by something else; push the dataset again from its source",
        },
      );
    }
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await file.write(bytes, written, bytes.length - written)).bytesWritten;
}
