import { type Digest, defect, type Hasher, remoteError, utf8 } from "@modelyard/base";
import { canonicalJson, checkDocument, parseDocument } from "@modelyard/content";
import { z } from "zod";

/** Any record before its own schema is looked at. */
const storedSchema = z.looseObject({ check: z.string().optional() });

/** A record's bytes as they were read. */
export interface StoredRecord {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly location: string;
  readonly hasher: Hasher;
}

/**
 * The bytes that are stored for a record: its canonical JSON with the member `check`, the sha256 of key, line feed and the canonical JSON without it. So rotten
 * bits show, and so does a record that lies under another one's key.
 */
export function recordBytes(key: string, value: object, hasher: Hasher): Uint8Array {
  if (Object.hasOwn(value, "check")) throw defect("RECORD_MEMBER", `the record ${key} has a member "check", which the store writes`);
  return utf8(canonicalJson({ ...value, check: checkOf(key, value, hasher) }));
}

/** The record in these bytes. Throws JSON_INVALID, DOCUMENT_INVALID, FORMAT_TOO_NEW, and RECORD_CORRUPT when they are not exactly those that were written. */
export function parseRecord<T>(stored: StoredRecord, schema: z.ZodType<T>): T {
  const { key, bytes, location, hasher } = stored;
  const what = `the record ${key} of ${location}`;
  const json = parseDocument(storedSchema, bytes, what);
  const { check, ...value } = json;
  // The schema first: a newer format, or the one wrong field of a record written by hand, says more than a checksum.
  const record = checkDocument(schema, value, what);
  // Equal spelling too: two spellings of a number can have one value.
  const isIntact = check === checkOf(key, value, hasher) && Buffer.compare(bytes, utf8(canonicalJson(json))) === 0;
  if (isIntact) return record;
  throw remoteError("RECORD_CORRUPT", `${what} is not as it was written: its checksum does not match`, {
    hint: "check the disk; restore the object from a copy of the yard",
  });
}

function checkOf(key: string, value: object, hasher: Hasher): Digest {
  return hasher.sha256(`${key}\n${canonicalJson(value)}`);
}
