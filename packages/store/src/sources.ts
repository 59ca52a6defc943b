import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type Digest, type Hasher, remoteError, userError } from "@modelyard/base";
import type { BlobSource } from "./blob-store.ts";

/** Bytes a read from a file: few calls, little memory with many files in flight. */
const FILE_CHUNK_BYTES = 256 * 1024;

/** Bytes in memory as a source. */
export function bytesSource(bytes: Uint8Array): BlobSource {
  return {
    size: bytes.length,
    async *open() {
      if (bytes.length > 0) yield bytes;
    },
  };
}

/** A file as a source, with the size it has now. Throws FILE_MISSING when there is no such file. */
export async function fileSource(path: string): Promise<BlobSource> {
  const info = await stat(path).catch((cause: unknown) => {
    throw userError("FILE_MISSING", `${path} cannot be read`, "check the path and that the file can be read", cause);
  });
  if (!info.isFile()) throw userError("FILE_MISSING", `${path} is not a file`, "name a file");
  return { size: info.size, open: () => createReadStream(path, { highWaterMark: FILE_CHUNK_BYTES }) };
}

/** The digest of a source, by reading it once. */
export async function digestOfSource(source: BlobSource, hasher: Hasher, signal?: AbortSignal): Promise<Digest> {
  const running = hasher.start();
  for await (const bytes of source.open()) {
    signal?.throwIfAborted();
    running.update(bytes);
  }
  return running.digest();
}

/** The source's bytes; throws SOURCE_CHANGED unless there are exactly `size` of them. Every store reads sources through this. */
export async function* exactBytes(source: BlobSource, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const bytes of source.open()) {
    signal?.throwIfAborted();
    seen += bytes.length;
    if (seen > source.size) break;
    yield bytes;
  }
  if (seen !== source.size) throw sourceChanged(`its length was ${source.size} bytes and is another now`);
}

/** The source with its bytes checked against `digest` while they are read; the last read throws SOURCE_CHANGED when they differ. */
export function digestCheckedSource(source: BlobSource, digest: Digest, hasher: Hasher): BlobSource {
  return {
    size: source.size,
    async *open() {
      const running = hasher.start();
      for await (const bytes of source.open()) {
        running.update(bytes);
        yield bytes;
      }
      const found = running.digest();
      if (found !== digest) throw sourceChanged(`its digest was ${digest} and is ${found} now`);
    },
  };
}

function sourceChanged(what: string) {
  return remoteError("SOURCE_CHANGED", `a file changed while it was stored: ${what}`, {
    hint: "wait until nothing writes to the files, then run it again",
  });
}
