import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { digestOfHex, type Hasher, hasCode, hexOf, type ModelyardError, messageOf, userError } from "@modelyard/base";
import { type FileEntry, printable } from "@modelyard/content";
import { fileSource } from "@modelyard/store";
import type { BlobSink } from "./store-sink.ts";
import type { TableReader } from "./table-reader.ts";
import type { SourceFile } from "./walk.ts";

/** Files up to this size are read once, hashed and stored from memory; larger ones are read twice and never held. */
const WHOLE_FILE_BYTES = 512 * 1024;
const CHUNK_BYTES = 256 * 1024;

export interface ScanOptions {
  readonly hasher: Hasher;
  /** Where the file is stored unless it is there; absent: it is hashed alone. */
  readonly sink?: BlobSink | undefined;
  /** Reader of its rows. */
  readonly table?: TableReader | undefined;
  /** What an earlier look at the file found. */
  readonly expected?: FileEntry | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads a file once, hashing it, and proves that it did not change meanwhile, or since an earlier look. Throws DATASET_FILE_*. */
export async function scanFile(file: SourceFile, options: ScanOptions): Promise<FileEntry> {
  const handle = await openRegular(file);
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile())
      throw userError("DATASET_SPECIAL_FILE", `${printable(file.path)} is neither a file nor a directory`, "leave it out of the directory");
    const scanned = await readAll(handle, Number(before.size), options);
    const entry = { path: file.path, size: scanned.size, sha256: scanned.sha256 };
    if (options.expected !== undefined && options.expected.sha256 !== entry.sha256) throw changed(file);
    if (options.sink !== undefined) await store(file, entry, scanned.whole, options.sink);
    const after = await handle.stat({ bigint: true });
    const same =
      scanned.size === Number(before.size) &&
      after.size === before.size &&
      after.mtimeNs === before.mtimeNs &&
      after.ctimeNs === before.ctimeNs;
    if (!same) throw changed(file);
    return entry;
  } finally {
    await handle.close();
  }
}

async function openRegular(file: SourceFile): Promise<FileHandle> {
  try {
    // Without blocking, lest a pipe that took the file's place hold the push for ever.
    return await open(file.absolute, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw userError(
      "DATASET_FILE_UNREADABLE",
      `${printable(file.path)} cannot be read: ${messageOf(cause)}`,
      "check its permissions, and that nothing removes it while it is pushed",
      cause,
    );
  }
}

interface Scanned {
  readonly size: number;
  readonly sha256: string;
  readonly whole: Uint8Array | undefined;
}

async function readAll(handle: FileHandle, expected: number, { hasher, table, signal }: ScanOptions): Promise<Scanned> {
  const isSmall = expected <= WHOLE_FILE_BYTES;
  // One byte more than expected tells a file that grows from one that ends.
  const buffer = new Uint8Array(isSmall ? expected + 1 : CHUNK_BYTES);
  const running = hasher.start();
  let size = 0;
  for (;;) {
    signal?.throwIfAborted();
    const at = isSmall ? size : 0;
    const { bytesRead } = await handle.read(buffer, at, buffer.length - at, null);
    if (bytesRead === 0) break;
    const bytes = buffer.subarray(at, at + bytesRead);
    running.update(bytes);
    table?.push(bytes);
    size += bytesRead;
    // What comes after the size that was told shows when the size is asked for again.
    if (size >= expected) break;
  }
  table?.end();
  return { size, sha256: hexOf(running.digest()), whole: isSmall && size === expected ? buffer.subarray(0, size) : undefined };
}

async function store(file: SourceFile, entry: FileEntry, whole: Uint8Array | undefined, sink: BlobSink): Promise<void> {
  try {
    const source = whole ?? (await fileSource(file.absolute));
    const size = source instanceof Uint8Array ? source.length : source.size;
    if (size !== entry.size) throw changed(file);
    await sink.put(digestOfHex(entry.sha256), entry.size, () => source);
  } catch (error) {
    throw hasCode(error, "SOURCE_CHANGED") || hasCode(error, "FILE_MISSING") ? changed(file, error) : error;
  }
}

function changed(file: SourceFile, cause?: unknown): ModelyardError {
  return userError(
    "DATASET_FILE_CHANGED",
    `${printable(file.path)} changed while it was read`,
    "wait until nothing writes to the directory, then push again",
    cause,
  );
}
