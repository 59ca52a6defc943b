import { concatBytes } from "@modelyard/base";
import type { BlobSource, BlobStore, ByteRange, CallOptions } from "./blob-store.ts";
import { parseKey, parsePrefix } from "./key.ts";
import { clampRange, DEFAULT_MAX_BYTES, tooLarge } from "./limits.ts";
import { exactBytes } from "./sources.ts";

/** A store in memory, for tests and dry runs; behaves as the port says, so that it passes the same suite as the others. */
export function memoryStore(location = "memory:"): BlobStore {
  return new MemoryStore(location);
}

/** Bytes a piece of a stream: small, so that users meet several pieces in tests. */
const STREAM_CHUNK_BYTES = 64 * 1024;

class MemoryStore implements BlobStore {
  readonly location: string;
  private readonly objects = new Map<string, Uint8Array>();
  private sorted: readonly string[] | undefined;

  constructor(location: string) {
    this.location = location;
  }

  async get(key: string, options: CallOptions & { maxBytes?: number; range?: ByteRange } = {}) {
    const bytes = this.objects.get(parseKey(key));
    options.signal?.throwIfAborted();
    if (!bytes) return undefined;
    const { start, end } = clampRange(options.range, bytes.length);
    const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    if (end - start > maxBytes) throw tooLarge(key, end - start, maxBytes);
    return bytes.slice(start, end);
  }

  async read(key: string, options: CallOptions = {}) {
    const bytes = this.objects.get(parseKey(key));
    options.signal?.throwIfAborted();
    return bytes && pieces(bytes, options.signal);
  }

  async head(key: string, options: CallOptions = {}) {
    const bytes = this.objects.get(parseKey(key));
    options.signal?.throwIfAborted();
    return bytes && { key, size: bytes.length };
  }

  async putIfAbsent(key: string, body: Uint8Array | BlobSource, options: CallOptions = {}) {
    parseKey(key);
    options.signal?.throwIfAborted();
    if (this.objects.has(key)) return { kind: "exists" } as const;
    const bytes = body instanceof Uint8Array ? body.slice() : await collect(body, options.signal);
    options.signal?.throwIfAborted();
    // Nothing may run between this look and the set: that is what makes the put atomic here.
    if (this.objects.has(key)) return { kind: "exists" } as const;
    this.objects.set(key, bytes);
    this.sorted = undefined;
    return { kind: "created" } as const;
  }

  async *list(prefix: string, options: CallOptions & { after?: string } = {}) {
    parsePrefix(prefix);
    this.sorted ??= [...this.objects.keys()].sort();
    for (const key of this.sorted) {
      options.signal?.throwIfAborted();
      if (!key.startsWith(prefix) || (options.after !== undefined && key <= options.after)) continue;
      const bytes = this.objects.get(key);
      if (bytes) yield { key, size: bytes.length };
    }
    options.signal?.throwIfAborted();
  }

  async delete(key: string, options: CallOptions = {}) {
    options.signal?.throwIfAborted();
    if (this.objects.delete(parseKey(key))) this.sorted = undefined;
  }
}

async function collect(source: BlobSource, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const bytes of exactBytes(source, signal)) parts.push(bytes.slice());
  return concatBytes(parts);
}

async function* pieces(bytes: Uint8Array, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += STREAM_CHUNK_BYTES) {
    signal?.throwIfAborted();
    yield bytes.slice(at, at + STREAM_CHUNK_BYTES);
  }
}
