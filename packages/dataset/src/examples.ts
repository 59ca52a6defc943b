import { type Digest, digestOfHex, type Hasher } from "@modelyard/base";
import { type FileEntry, readManifest, type Split } from "@modelyard/content";
import { nodeHasher, type Yard } from "@modelyard/store";
import { DigestCounts, keyOfHash } from "./digest-counts.ts";
import type { DatasetVersion } from "./document.ts";
import { SplitAssigner } from "./split-assigner.ts";
import { yardPages } from "./store-sink.ts";
import { tableFormat } from "./table-format.ts";
import { type Fields, TableReader } from "./table-reader.ts";

/** One example of a version: a row of a table by column, or a file. Its `id` is unique in the version and the same whenever the version is read. */
export type Example =
  | {
      readonly kind: "row";
      readonly id: string;
      readonly path: string;
      readonly row: number;
      readonly split: Split;
      readonly fields: Fields;
    }
  | {
      readonly kind: "file";
      readonly id: string;
      readonly path: string;
      readonly size: number;
      readonly digest: Digest;
      readonly split: Split;
      bytes(): Promise<Uint8Array>;
    };

export interface ReadExamplesOptions {
  /** Column that names each row; default is a row's content: 16 hex digits of its sha256, with `-2`, `-3` for repeated rows. */
  readonly idColumn?: string | undefined;
  readonly hasher?: Hasher | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Largest file that `bytes()` hands out whole. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;

/**
 * The examples of a split (or all) in manifest order. Rows come before their file is proved whole: a damaged file ends the reading with BLOB_CORRUPT.
 */
export async function* readExamples(
  yard: Yard,
  version: DatasetVersion,
  split: Split | "all",
  options: ReadExamplesOptions = {},
): AsyncGenerator<Example, void, undefined> {
  const hasher = options.hasher ?? nodeHasher;
  const assigner = new SplitAssigner(version.splitRule, hasher);
  const ids = new RowIds(hasher, options.idColumn);
  for await (const entry of readManifest(version.manifest, yardPages(yard, options.signal), hasher)) {
    if (version.exampleKind === "rows") {
      yield* tableExamples({ yard, version, split, entry, assigner, ids, signal: options.signal });
      continue;
    }
    const own = assigner.ofFile(entry.path, entry.sha256);
    if (split !== "all" && split !== own) continue;
    const digest = digestOfHex(entry.sha256);
    const bytes = (): Promise<Uint8Array> => yard.blobs.get(digest, { maxBytes: MAX_FILE_BYTES, signal: options.signal });
    yield { kind: "file", id: entry.path, path: entry.path, size: entry.size, digest, split: own, bytes };
  }
}

interface TableContext {
  readonly yard: Yard;
  readonly version: DatasetVersion;
  readonly split: Split | "all";
  readonly entry: FileEntry;
  readonly assigner: SplitAssigner;
  readonly ids: RowIds;
  readonly signal: AbortSignal | undefined;
}

async function* tableExamples(context: TableContext): AsyncGenerator<Example, void, undefined> {
  const { entry, version } = context;
  const format = tableFormat(entry.path);
  if (format === undefined) return;
  const splitOf = context.assigner.rowsOf(entry.path);
  let ready: Example[] = [];
  const reader = new TableReader(entry.path, format, version.table, {
    row: (row) => {
      const own = splitOf(row.bytes, (column) => row.fields()[column]);
      const id = context.ids.next(row.bytes, row.fields);
      if (context.split !== "all" && context.split !== own) return;
      ready.push({ kind: "row", id, path: entry.path, row: row.number, split: own, fields: row.fields() });
    },
  });
  for await (const bytes of await context.yard.blobs.read(digestOfHex(entry.sha256), { signal: context.signal })) {
    reader.push(bytes);
    yield* ready;
    ready = [];
  }
  reader.end();
  yield* ready;
}

const ID_START = 7;
const ID_END = 23;

/** Names rows by a column or by content, and tells repeated ones apart. */
class RowIds {
  private readonly seen = new DigestCounts();
  private readonly hasher: Hasher;
  private readonly column: string | undefined;

  constructor(hasher: Hasher, column: string | undefined) {
    this.hasher = hasher;
    this.column = column;
  }

  next(bytes: Uint8Array, fields: () => Fields): string {
    const named = this.column === undefined ? undefined : fields()[this.column];
    const id = named || this.hasher.sha256(bytes).slice(ID_START, ID_END);
    let count = this.count(id);
    if (count === 1) return id;
    // A column may say `a`, `a` and `a-2`.
    while (this.count(`${id}-${count}`) > 1) count++;
    return `${id}-${count}`;
  }

  private count(id: string): number {
    return this.seen.add(keyOfHash(this.hasher.sha256Bytes(id)));
  }
}
