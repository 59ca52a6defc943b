import { type Digest, type Hasher, hexOf, remoteError } from "@modelyard/base";
import type { BlobSource, BlobStore, CallOptions } from "./blob-store.ts";
import { digestCheckedSource, digestOfSource } from "./sources.ts";
import type { Blobs } from "./yard.ts";

/** Key of a blob: `blobs/sha256/<first 2 hex digits>/<hex>`. */
export function blobKey(digest: Digest): string {
  const hex = hexOf(digest);
  return `blobs/sha256/${hex.slice(0, 2)}/${hex}`;
}

/** The blobs of a store. */
export function storeBlobs(store: BlobStore, hasher: Hasher): Blobs {
  return new StoreBlobs(store, hasher);
}

class StoreBlobs implements Blobs {
  private readonly store: BlobStore;
  private readonly hasher: Hasher;

  constructor(store: BlobStore, hasher: Hasher) {
    this.store = store;
    this.hasher = hasher;
  }

  async put(body: Uint8Array | BlobSource, options: CallOptions & { digest?: Digest } = {}) {
    if (body instanceof Uint8Array) return this.putNamed(this.hasher.sha256(body), body, body.length, options);
    // The name must be known before the first byte is sent, so a source is read once to learn it and once to store it.
    const digest = options.digest ?? (await digestOfSource(body, this.hasher, options.signal));
    return this.putNamed(digest, digestCheckedSource(body, digest, this.hasher), body.size, options);
  }

  async has(digest: Digest, options: CallOptions = {}): Promise<boolean> {
    return (await this.store.head(blobKey(digest), options)) !== undefined;
  }

  async get(digest: Digest, options: CallOptions & { maxBytes?: number } = {}): Promise<Uint8Array> {
    const bytes = await this.store.get(blobKey(digest), options);
    if (!bytes) throw missing(digest, this.store.location);
    if (this.hasher.sha256(bytes) !== digest) throw corrupt(digest, this.store.location);
    return bytes;
  }

  async read(digest: Digest, options: CallOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const stream = await this.store.read(blobKey(digest), options);
    if (!stream) throw missing(digest, this.store.location);
    return this.checked(stream, digest);
  }

  private async putNamed(digest: Digest, body: Uint8Array | BlobSource, size: number, options: CallOptions) {
    const outcome = await this.store.putIfAbsent(blobKey(digest), body, { signal: options.signal });
    return { digest, size, created: outcome.kind === "created" };
  }

  private async *checked(stream: AsyncIterable<Uint8Array>, digest: Digest): AsyncGenerator<Uint8Array> {
    const running = this.hasher.start();
    for await (const bytes of stream) {
      running.update(bytes);
      yield bytes;
    }
    if (running.digest() !== digest) throw corrupt(digest, this.store.location);
  }
}

function missing(digest: Digest, location: string) {
  return remoteError("BLOB_MISSING", `the blob ${digest} is not in ${location}`, {
    hint: "check that this is the yard it was stored in; push or register it again to repair",
  });
}

function corrupt(digest: Digest, location: string) {
  return remoteError("BLOB_CORRUPT", `the bytes of the blob ${digest} in ${location} are not those that were stored`, {
    hint: "check the disk; restore the object from a copy, or delete it and push or register again",
  });
}
