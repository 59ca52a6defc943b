import { compareUtf8, type Digest, fromUtf8, type Hasher, isDigest, userError } from "@modelyard/base";
import { parseEntryPath } from "./entry-path.ts";
import { entryText, type FileEntry, type Page, type PageRef } from "./file-entry.ts";
import { MAX_PAGE_ENTRIES } from "./manifest-build.ts";

/** Most bytes of an honest page: 4,096 entries with paths of 1,024 bytes. */
export const MAX_PAGE_BYTES = 5 * 1024 * 1024;

const HEX = /^[0-9a-f]{64}$/;

/** An error about a page or a tree of pages that is not what its writer must have written. */
export function manifestError(root: Digest, problem: string): Error {
  return userError(
    "MANIFEST_INVALID",
    `the manifest ${root} is not valid: ${problem}`,
    "the yard is damaged or was written by something else; push the dataset again from its source",
  );
}

/** Parses one page and proves it: digest, size, entries sorted and well-formed, canonical spelling. Throws MANIFEST_INVALID or PATH_INVALID. */
export function parsePage(bytes: Uint8Array, digest: Digest, hasher: Hasher): Page {
  if (bytes.length > MAX_PAGE_BYTES) throw manifestError(digest, `a page has ${bytes.length} bytes; ${MAX_PAGE_BYTES} at most`);
  if (hasher.sha256(bytes) !== digest) throw manifestError(digest, "the page's bytes do not match its digest");
  const { text, value } = decode(bytes, digest);
  if (!Array.isArray(value)) throw manifestError(digest, "a page is not a list");
  if (value.length > MAX_PAGE_ENTRIES) throw manifestError(digest, `a page has ${value.length} entries; ${MAX_PAGE_ENTRIES} at most`);
  const page = value.length > 0 && isPageRef(value[0]) ? refs(value, digest) : files(value, digest);
  checkOrder(page, digest);
  // Equal spelling proves that there is no other key, no duplicate and no second way to write the same page.
  if (`[${page.entries.map(entryText).join(",")}]` !== text) throw manifestError(digest, "a page is not canonical JSON");
  return page;
}

function decode(bytes: Uint8Array, digest: Digest): { text: string; value: unknown } {
  try {
    const text = fromUtf8(bytes);
    return { text, value: JSON.parse(text) };
  } catch (cause) {
    if (cause instanceof RangeError || cause instanceof SyntaxError || cause instanceof TypeError)
      throw manifestError(digest, "a page is not JSON");
    throw cause;
  }
}

function isPageRef(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "digest");
}

function refs(values: readonly unknown[], digest: Digest): Page {
  return {
    kind: "pages",
    entries: values.map((value): PageRef => {
      const entry = value as Partial<PageRef> | null;
      if (typeof entry?.path !== "string" || typeof entry.digest !== "string" || !isDigest(entry.digest))
        throw manifestError(digest, "an entry is not a page");
      return { path: parseEntryPath(entry.path), digest: entry.digest };
    }),
  };
}

function files(values: readonly unknown[], digest: Digest): Page {
  return {
    kind: "files",
    entries: values.map((value): FileEntry => {
      const entry = value as Partial<FileEntry> | null;
      if (typeof entry?.path !== "string" || typeof entry.sha256 !== "string" || !HEX.test(entry.sha256))
        throw manifestError(digest, "an entry is not a file");
      if (!Number.isSafeInteger(entry.size) || entry.size! < 0) throw manifestError(digest, "the size of a file is not a whole number");
      return { path: parseEntryPath(entry.path), size: entry.size!, sha256: entry.sha256 };
    }),
  };
}

function checkOrder(page: Page, digest: Digest): void {
  for (let i = 1; i < page.entries.length; i++) {
    if (compareUtf8(page.entries[i - 1]!.path, page.entries[i]!.path) >= 0)
      throw manifestError(digest, `entry ${i} of a page is out of order`);
  }
}
