import { userError } from "@modelyard/base";

/** S3 allows keys of 1,024 bytes; a yard under a prefix needs some of them. */
const MAX_KEY_LENGTH = 900;
/** Common file systems allow 255 bytes a name. */
const MAX_SEGMENT_LENGTH = 200;
const SEGMENT = /^[A-Za-z0-9._@+-]+$/;
/** First segment that stores keep for unfinished writes; never part of a key. */
export const TEMPORARY_SEGMENT = "tmp";

function isSegment(text: string): boolean {
  return text.length <= MAX_SEGMENT_LENGTH && SEGMENT.test(text) && !/^\.+$/.test(text);
}

/** True when a directory entry of this name can be a part of a key. */
export function isKeySegment(name: string): boolean {
  return isSegment(name);
}

/**
 * A key: relative, `/`-separated segments of letters, digits, `.`, `_`, `-`, `@`, `+`; no segment of dots alone, none empty, not under `tmp/`; so that
 * every store (a directory, a bucket) can hold it under the same name. Throws STORE_KEY_INVALID.
 */
export function parseKey(text: string): string {
  const segments = text.split("/");
  if (text.length <= MAX_KEY_LENGTH && segments.every(isSegment) && segments[0] !== TEMPORARY_SEGMENT) return text;
  throw keyInvalid(text);
}

/** The start of keys: whole segments, then any part of one; "" is every key. Throws STORE_KEY_INVALID. */
export function parsePrefix(text: string): string {
  const cut = text.lastIndexOf("/") + 1;
  const rest = text.slice(cut);
  const segments = cut === 0 ? [] : text.slice(0, cut - 1).split("/");
  const restFits = rest === "" || (rest.length <= MAX_SEGMENT_LENGTH && SEGMENT.test(rest) && rest !== "." && rest !== "..");
  if (text.length <= MAX_KEY_LENGTH && segments.every(isSegment) && segments[0] !== TEMPORARY_SEGMENT && restFits) return text;
  throw keyInvalid(text);
}

function keyInvalid(text: string) {
  return userError(
    "STORE_KEY_INVALID",
    `${JSON.stringify(text.slice(0, 100))} cannot be the key of a stored object`,
    `use relative names of letters, digits, '.', '_', '-', '@', '+' separated by '/', at most ${MAX_KEY_LENGTH} characters, not under ${TEMPORARY_SEGMENT}/`,
  );
}
