import type { Digest } from "@modelyard/base";
import type { z } from "zod";
import type { BlobSource, BlobStore, CallOptions } from "./blob-store.ts";

/** Content-addressed blobs of a yard, verified by name on every read. */
export interface Blobs {
  /** Stores bytes under their sha256; `created` false when they were there. A source is read once more before, to learn its name, unless `digest` is known; throws SOURCE_CHANGED when its bytes turn out to be others. */
  put(
    body: Uint8Array | BlobSource,
    options?: CallOptions & { digest?: Digest },
  ): Promise<{ digest: Digest; size: number; created: boolean }>;
  has(digest: Digest, options?: CallOptions): Promise<boolean>;
  /** Whole blob in memory. Throws BLOB_MISSING, BLOB_CORRUPT, STORE_TOO_LARGE (default limit 64 MiB). */
  get(digest: Digest, options?: CallOptions & { maxBytes?: number }): Promise<Uint8Array>;
  /** Stream of the blob; throws BLOB_CORRUPT at the end when the bytes do not match: use nothing of it before it ended well. */
  read(digest: Digest, options?: CallOptions): Promise<AsyncIterable<Uint8Array>>;
}

/** Records: canonical JSON objects written once under their key, with a checksum of key and content in their member `check`, which readers never see. */
export interface Records {
  /** The record, strictly parsed and proved, or undefined. Throws JSON_INVALID, DOCUMENT_INVALID, FORMAT_TOO_NEW, RECORD_CORRUPT. */
  read<T>(key: string, schema: z.ZodType<T>, options?: CallOptions): Promise<T | undefined>;
  /** Writes unless the key is taken; a taken key holding exactly these bytes counts as one's own lost reply (`created`). */
  create(key: string, value: object, options?: CallOptions): Promise<"created" | "taken">;
  /**
   * Takes the next number under `prefix` (key: see `key`), building the record for the number it got. `build` may return undefined to give up
   * after reading the newest state. Numbers are taken in order; a taken number means read and try again. A record that two writers could build alike carries
   * an `id` of its own (ULID): equal bytes under a taken number count as one's own lost reply.
   */
  append<T extends object>(
    prefix: string,
    build: (next: number) => Promise<T | undefined>,
    options?: CallOptions & { pad?: number },
  ): Promise<{ number: number; record: T } | undefined>;
  /** The numbers under a prefix, ascending; those above `after` alone, which padded names (`pad` as in `append`) find without listing the rest. */
  numbers(prefix: string, options?: CallOptions & { after?: number; pad?: number }): Promise<number[]>;
  /** Key of a number under a prefix: `<prefix><number padded with zeros>.json`. */
  key(prefix: string, number: number, pad?: number): string;
}

/** A team's store: a directory or a bucket prefix, and everything under it. */
export interface Yard {
  readonly url: string;
  readonly id: string;
  readonly store: BlobStore;
  readonly blobs: Blobs;
  readonly records: Records;
}

/** Digits of a sequence number in `<seq>.json` names, so that a listing is in order. Version numbers are not padded. */
export const SEQUENCE_DIGITS = 8;
