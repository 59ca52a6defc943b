import { constants } from "node:fs";
import { type FileHandle, lstat, open, realpath, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type Clock, type Random, remoteError } from "@modelyard/base";
import type { BlobSource, BlobStore, ByteRange, CallOptions, ObjectInfo, PutOutcome } from "./blob-store.ts";
import { absentAsUndefined, directoryError, symlinkError } from "./directory-errors.ts";
import { listDirectory } from "./directory-list.ts";
import { DirectoryWriter } from "./directory-writer.ts";
import { parseKey, parsePrefix } from "./key.ts";
import { clampRange, DEFAULT_MAX_BYTES, tooLarge } from "./limits.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";

/** Bytes a read from a file while streaming. */
const STREAM_CHUNK_BYTES = 256 * 1024;

export interface DirectoryStoreOptions {
  readonly clock?: Pick<Clock, "now"> | undefined;
  readonly random?: Random | undefined;
  /** False leaves writing back to the operating system: faster, and a power cut may lose what was just put. For tests. */
  readonly sync?: boolean | undefined;
}

/** A store in a directory of a local or network file system with hard links; the directory is made by the first put. Symbolic links are refused. */
export function directoryStore(path: string, options: DirectoryStoreOptions = {}): BlobStore {
  return new DirectoryStore(resolve(path), options);
}

class DirectoryStore implements BlobStore {
  readonly location: string;
  private readonly writer: DirectoryWriter;
  /** Where the root led when it was last looked up; a yard may lie behind a link. */
  private root: string | undefined;

  constructor(root: string, options: DirectoryStoreOptions) {
    this.location = root;
    this.writer = new DirectoryWriter(root, {
      clock: options.clock ?? systemClock,
      random: options.random ?? systemRandom,
      sync: options.sync ?? true,
    });
  }

  async get(key: string, options: CallOptions & { maxBytes?: number; range?: ByteRange } = {}): Promise<Uint8Array | undefined> {
    options.signal?.throwIfAborted();
    return this.guarded(`reading ${parseKey(key)} in ${this.location}`, async (doing) => {
      const file = await this.openFile(key, doing);
      if (!file) return undefined;
      try {
        const { start, end } = clampRange(options.range, file.size);
        const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
        if (end - start > maxBytes) throw tooLarge(key, end - start, maxBytes);
        return await readPart(file.handle, start, end, doing);
      } finally {
        await file.handle.close();
      }
    });
  }

  async read(key: string, options: CallOptions = {}): Promise<AsyncIterable<Uint8Array> | undefined> {
    const found = await this.head(key, options);
    return found && this.stream(key, options.signal);
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    options.signal?.throwIfAborted();
    return this.guarded(`looking for ${parseKey(key)} in ${this.location}`, async (doing) => {
      if (!(await this.isInside(key, doing))) return undefined;
      const info = await lstat(join(this.location, key)).catch(absentAsUndefined);
      if (info?.isSymbolicLink()) throw symlinkError(doing);
      return info?.isFile() ? { key, size: info.size } : undefined;
    });
  }

  async putIfAbsent(key: string, body: Uint8Array | BlobSource, options: CallOptions = {}): Promise<PutOutcome> {
    if (await this.head(key, options)) return { kind: "exists" };
    return this.guarded(`writing ${key} in ${this.location}`, () => this.writer.put(key, body, options.signal));
  }

  async *list(prefix: string, options: CallOptions & { after?: string } = {}): AsyncGenerator<ObjectInfo> {
    parsePrefix(prefix);
    const doing = `listing ${prefix || "everything"} in ${this.location}`;
    try {
      if (!(await this.isInside(prefix, doing))) return;
      yield* listDirectory(this.location, prefix, options);
    } catch (error) {
      throw directoryError(error, doing);
    }
  }

  async delete(key: string, options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    await this.guarded(`deleting ${parseKey(key)} in ${this.location}`, async (doing) => {
      if (await this.isInside(key, doing)) await unlink(join(this.location, key)).catch(absentAsUndefined);
    });
  }

  private async guarded<T>(doing: string, body: (doing: string) => Promise<T>): Promise<T> {
    try {
      return await body(doing);
    } catch (error) {
      throw directoryError(error, doing);
    }
  }

  /** False when the directory of the key is not there. Throws STORE_SYMLINK when a link on the way leads elsewhere. */
  private async isInside(key: string, doing: string): Promise<boolean> {
    const directory = key.includes("/") ? dirname(`${key}.`) : "";
    const real = await realpath(join(this.location, directory)).catch(absentAsUndefined);
    if (real === undefined) return false;
    if (this.root !== undefined && real === join(this.root, directory)) return true;
    this.root = await realpath(this.location).catch(absentAsUndefined);
    if (this.root === undefined) return false;
    if (real !== join(this.root, directory)) throw symlinkError(doing);
    return true;
  }

  private async openFile(key: string, doing: string): Promise<{ handle: FileHandle; size: number } | undefined> {
    if (!(await this.isInside(key, doing))) return undefined;
    const handle = await open(join(this.location, key), constants.O_RDONLY | constants.O_NOFOLLOW).catch(absentAsUndefined);
    if (!handle) return undefined;
    const info = await handle.stat();
    if (info.isFile()) return { handle, size: info.size };
    await handle.close();
    return undefined;
  }

  private async *stream(key: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    // The file is opened by the first read, so that a stream nobody reads leaves nothing open.
    const doing = `reading ${key} in ${this.location}`;
    const file = await this.guarded(doing, () => this.openFile(key, doing));
    if (!file) throw cutShort(doing);
    try {
      for (let at = 0; at < file.size; at += STREAM_CHUNK_BYTES) {
        signal?.throwIfAborted();
        yield await this.guarded(doing, () => readPart(file.handle, at, Math.min(at + STREAM_CHUNK_BYTES, file.size), doing));
      }
    } finally {
      await file.handle.close();
    }
  }
}

async function readPart(handle: FileHandle, start: number, end: number, doing: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) throw cutShort(doing);
    filled += bytesRead;
  }
  return bytes;
}

function cutShort(doing: string) {
  return remoteError("STORE_CUT", `${doing} ended early: the file became shorter meanwhile`, { retryable: true });
}
