import { userError } from "./errors.ts";

/** `sha256:<64 lower-case hex>`, the OCI form; made by `parseDigest` or a `Hasher` alone. */
export type Digest = string & { readonly __brand: "Digest" };

const PATTERN = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return PATTERN.test(text);
}

/** Parses `sha256:<hex>`. Throws DIGEST_INVALID. */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw userError(
    "DIGEST_INVALID",
    `"${text.slice(0, 100)}" is not a digest`,
    "write sha256: followed by 64 lower-case hexadecimal digits",
  );
}

/** The 64 hex digits of a digest. */
export function hexOf(digest: Digest): string {
  return digest.slice(7);
}

/** A digest from 64 hex digits. Throws DIGEST_INVALID. */
export function digestOfHex(hex: string): Digest {
  return parseDigest(`sha256:${hex}`);
}

/** The first 12 hex digits, for people. */
export function shortDigest(digest: Digest): string {
  return digest.slice(7, 19);
}

/** Incremental sha256. */
export interface RunningHash {
  update(bytes: Uint8Array): RunningHash;
  digest(): Digest;
}

/** Port of the hash function; pure packages take it as an argument, `store` implements it with node:crypto. */
export interface Hasher {
  /** sha256 of bytes, or of the UTF-8 bytes of a string. */
  sha256(data: Uint8Array | string): Digest;
  /** The raw 32 bytes of the same. */
  sha256Bytes(data: Uint8Array | string): Uint8Array;
  start(): RunningHash;
}
