/** Bytes that can be read more than once, so that a retry starts afresh. */
export interface BlobSource {
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface ObjectInfo {
  readonly key: string;
  readonly size: number;
}

/** `created`: this call made the object. `exists`: the key was taken; nothing was changed. */
export type PutOutcome = { readonly kind: "created" } | { readonly kind: "exists" };

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Half-open byte range [start, end). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Port of an object store. Keys are relative, `/`-separated texts of letters, digits, `.`, `_`, `-`, `@` and `+`. Every failure is a ModelyardError with a
 * STORE_* code and an honest `retryable`. `putIfAbsent` is atomic: readers see all of an object or none of it.
 */
export interface BlobStore {
  /** Where it is, without credentials; for messages. */
  readonly location: string;
  /** Whole object, or undefined. For records and pages; throws STORE_TOO_LARGE above `maxBytes` (default 64 MiB). */
  get(key: string, options?: CallOptions & { maxBytes?: number; range?: ByteRange }): Promise<Uint8Array | undefined>;
  /** The object's bytes as a stream, or undefined; a cut stream throws, it never just ends. */
  read(key: string, options?: CallOptions): Promise<AsyncIterable<Uint8Array> | undefined>;
  head(key: string, options?: CallOptions): Promise<ObjectInfo | undefined>;
  putIfAbsent(key: string, body: Uint8Array | BlobSource, options?: CallOptions): Promise<PutOutcome>;
  /** Objects whose key starts with `prefix`, sorted by key bytes, all pages; `after` skips keys up to and including it. */
  list(prefix: string, options?: CallOptions & { after?: string }): AsyncIterable<ObjectInfo>;
  /** Removes an object; no error when it is not there. For garbage collection alone. */
  delete(key: string, options?: CallOptions): Promise<void>;
}
