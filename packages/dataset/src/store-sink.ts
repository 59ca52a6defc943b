import { type Digest, remoteError } from "@modelyard/base";
import type { PageSource } from "@modelyard/content";
import type { BlobSource, Yard } from "@modelyard/store";

/** Where a push puts its blobs: the yard, or nowhere on a dry run; counts the bytes that the yard lacked. */
export interface BlobSink {
  readonly bytesAdded: number;
  put(digest: Digest, size: number, open: () => Uint8Array | BlobSource): Promise<void>;
  /** Pages put here and pages of the yard. */
  readonly pages: PageSource;
}

/** A sink that stores what the yard lacks; with `dryRun` it only keeps pages in memory, so that they can be compared. */
export function blobSink(yard: Yard, options: { dryRun: boolean; signal?: AbortSignal | undefined }): BlobSink {
  const kept = new Map<Digest, Uint8Array>();
  const counted = new Set<Digest>();
  let bytesAdded = 0;
  return {
    get bytesAdded() {
      return bytesAdded;
    },
    async put(digest, size, open) {
      if (await yard.blobs.has(digest, { signal: options.signal })) return;
      const body = open();
      if (options.dryRun) {
        if (counted.has(digest)) return;
        counted.add(digest);
        bytesAdded += size;
        if (body instanceof Uint8Array) kept.set(digest, body);
        return;
      }
      const stored = await yard.blobs.put(body, { digest, signal: options.signal });
      if (stored.digest !== digest)
        throw remoteError("SOURCE_CHANGED", `bytes of ${digest} changed to ${stored.digest} while they were stored`);
      if (stored.created) bytesAdded += size;
    },
    pages: async (digest, maxBytes) => kept.get(digest) ?? (await yard.blobs.get(digest, { maxBytes, signal: options.signal })),
  };
}

/** Pages of a yard, as manifests are read. */
export function yardPages(yard: Yard, signal?: AbortSignal): PageSource {
  return (digest, maxBytes) => yard.blobs.get(digest, { maxBytes, signal });
}
