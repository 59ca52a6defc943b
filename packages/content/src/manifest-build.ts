import { compareUtf8, type Digest, defect, type Hasher, utf8 } from "@modelyard/base";
import { entryText, type FileEntry, type PageRef } from "./file-entry.ts";

/** Most entries of one page, whatever their hashes say. */
export const MAX_PAGE_ENTRIES = 4_096;
/** A page of level L (files are level 0) ends after a key whose hash ends in this many zero bits times (L + 1): about 1,024 entries a page. */
export const BOUNDARY_BITS = 10;

/** A page as it is stored. */
export interface StoredPage {
  readonly digest: Digest;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly level: number;
}

/** What a finished manifest says. */
export interface ManifestSummary {
  readonly root: Digest;
  readonly files: number;
  readonly bytes: number;
  readonly pages: number;
}

/** True when a page of `level` ends after this path by the rule of hashes (not by the count). */
export function endsPage(path: string, level: number, hasher: Hasher): boolean {
  const hash = hasher.sha256Bytes(path);
  let bits = BOUNDARY_BITS * (level + 1);
  for (let i = hash.length - 1; i >= 0 && bits > 0; i--, bits -= 8) {
    const mask = bits >= 8 ? 0xff : (1 << bits) - 1;
    if ((hash[i]! & mask) !== 0) return false;
  }
  return true;
}

/**
 * Builds the manifest of entries that arrive sorted by path, holding one open page a level. `store` gets every page, children before parents. Throws
 * MANIFEST_ORDER when the entries are not sorted.
 */
export async function buildManifest(
  entries: AsyncIterable<FileEntry> | Iterable<FileEntry>,
  hasher: Hasher,
  store: (page: StoredPage) => Promise<void>,
): Promise<ManifestSummary> {
  const levels = new Levels(hasher, store);
  let files = 0;
  let bytes = 0;
  let last: string | undefined;
  for await (const entry of entries) {
    if (last !== undefined && compareUtf8(last, entry.path) >= 0) throw defect("MANIFEST_ORDER", `"${entry.path}" after "${last}"`);
    last = entry.path;
    files++;
    bytes += entry.size;
    await levels.add(0, entry);
  }
  return { root: await levels.finish(), files, bytes, pages: levels.pages };
}

/** The pages of a manifest in the order they close; the last is the root. For small manifests and tests; a push uses `buildManifest`. */
export async function manifestPages(entries: AsyncIterable<FileEntry> | Iterable<FileEntry>, hasher: Hasher): Promise<StoredPage[]> {
  const pages: StoredPage[] = [];
  await buildManifest(entries, hasher, async (page) => void pages.push(page));
  return pages;
}

interface Level {
  entries: (FileEntry | PageRef)[];
  ended: boolean;
  closed: number;
}

/** The open page of each level. A page closes only when its successor begins, so that the one page of a small manifest has no parent. */
class Levels {
  pages = 0;
  private readonly open: Level[] = [];
  private readonly hasher: Hasher;
  private readonly store: (page: StoredPage) => Promise<void>;

  constructor(hasher: Hasher, store: (page: StoredPage) => Promise<void>) {
    this.hasher = hasher;
    this.store = store;
  }

  async add(at: number, entry: FileEntry | PageRef): Promise<void> {
    const level = this.level(at);
    if (level.ended) await this.close(at, level);
    level.entries.push(entry);
    level.ended = level.entries.length >= MAX_PAGE_ENTRIES || endsPage(entry.path, at, this.hasher);
  }

  async finish(): Promise<Digest> {
    for (let at = 0; ; at++) {
      const level = this.level(at);
      if (level.closed === 0) return (await this.write(at, level)).digest;
      await this.close(at, level);
    }
  }

  private level(at: number): Level {
    this.open[at] ??= { entries: [], ended: false, closed: 0 };
    return this.open[at];
  }

  private async close(at: number, level: Level): Promise<void> {
    const path = level.entries.at(-1)!.path;
    const page = await this.write(at, level);
    level.entries = [];
    level.ended = false;
    level.closed++;
    await this.add(at + 1, { path, digest: page.digest });
  }

  private async write(level: number, from: Level): Promise<StoredPage> {
    const bytes = utf8(`[${from.entries.map(entryText).join(",")}]`);
    const page = { digest: this.hasher.sha256(bytes), bytes, level };
    this.pages++;
    await this.store(page);
    return page;
  }
}
