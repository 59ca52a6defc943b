import { formatBytes, userError } from "@modelyard/base";
import type { ByteRange } from "./blob-store.ts";

/** What `get` holds in memory at most when the caller names no limit: records and pages are far below, models and data are streamed. */
export const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/** The part of [0, size) that a range names; a range past the end is empty. */
export function clampRange(range: ByteRange | undefined, size: number): ByteRange {
  if (!range) return { start: 0, end: size };
  const start = Math.min(Math.max(0, range.start), size);
  return { start, end: Math.max(start, Math.min(range.end, size)) };
}

/** STORE_TOO_LARGE for an object that `get` would not hold. */
export function tooLarge(key: string, size: number, maxBytes: number) {
  return userError(
    "STORE_TOO_LARGE",
    `${key} has ${formatBytes(size)}, more than the ${formatBytes(maxBytes)} read at once`,
    "a record this large is damaged, or the file is larger than this step reads",
  );
}
