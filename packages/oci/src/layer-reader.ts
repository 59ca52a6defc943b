import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { type Digest, digestOfHex, messageOf, userError } from "@modelyard/base";
import { extract, type Header } from "tar-stream";

/** Uncompressed bytes a base layer may have; a CUDA base has about 8 GiB, a bomb much more. */
const MAX_LAYER_BYTES = 64 * 1024 ** 3;
/** Entries a layer may have; large distributions have about 200,000. */
const MAX_ENTRIES = 2_000_000;

export type Encoding = "none" | "gzip" | "zstd";

/** The encoding of a file by its first bytes. */
export function encodingOf(head: Uint8Array): Encoding {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return "zstd";
  return "none";
}

/** Uncompressed bytes of a layer. */
export function decode(bytes: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncIterable<Uint8Array> {
  const source = Readable.from(bytes, { objectMode: false });
  if (encoding === "none") return source;
  const decoder = encoding === "gzip" ? createGunzip() : createZstdDecompress();
  source.on("error", (error) => decoder.destroy(error));
  return source.pipe(decoder);
}

/** What a look through a layer finds. */
export interface LayerContents {
  /** Digest of the uncompressed tar: the diff id of the image configuration. */
  readonly diffId: Digest;
  readonly size: number;
  readonly entries: number;
}

/** Reads a layer to its end, calling `visit` for each entry. Throws OCI_LAYER_INVALID on what is no tar, or past the limits. */
export async function readLayer(
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding,
  what: string,
  visit?: (entry: Header) => void,
): Promise<LayerContents> {
  const hash = createHash("sha256");
  let size = 0;
  let entries = 0;
  const invalid = (problem: string, cause?: unknown): Error =>
    userError(
      "OCI_LAYER_INVALID",
      `${what} is not a layer: ${problem}`,
      "give a tar archive, plain or compressed with gzip or zstd",
      cause,
    );
  async function* counted(): AsyncIterable<Uint8Array> {
    for await (const chunk of decode(bytes, encoding)) {
      size += chunk.length;
      if (size > MAX_LAYER_BYTES) throw invalid("more than 64 GiB uncompressed");
      hash.update(chunk);
      yield chunk;
    }
  }
  const reader = extract();
  reader.on("entry", (entry, stream, next) => {
    entries++;
    if (entries > MAX_ENTRIES) reader.destroy(new Error(`more than ${MAX_ENTRIES} entries`));
    visit?.(entry);
    stream.on("end", next);
    stream.resume();
  });
  try {
    await new Promise<void>((done, failed) => {
      reader.on("finish", done);
      reader.on("error", failed);
      const source = Readable.from(counted(), { objectMode: false });
      source.on("error", failed);
      source.pipe(reader);
    });
  } catch (cause) {
    throw invalid(messageOf(cause), cause);
  }
  if (size === 0) throw invalid("it is empty");
  return { diffId: digestOfHex(hash.digest("hex")), size, entries };
}
