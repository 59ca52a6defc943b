import { compareUtf8, type Digest, type Hasher } from "@modelyard/base";
import type { FileEntry, Page, PageRef } from "./file-entry.ts";
import { MAX_PAGE_BYTES, manifestError, parsePage } from "./manifest-page.ts";

/** Fetches a page's bytes; the reader checks them, whatever the source says. */
export type PageSource = (digest: Digest, maxBytes: number) => Promise<Uint8Array>;

/** Levels of pages; seven hold more files than there are. */
const MAX_LEVELS = 8;

/** What a cursor stands at. */
export type Head = { readonly kind: "file"; readonly file: FileEntry } | { readonly kind: "page"; readonly ref: PageRef };

/** A walk through a tree of pages, in path order, that enters a page only when told to. Every page entered is proved against its parent. */
export class ManifestCursor {
  private readonly stack: { readonly page: Page; at: number }[] = [];
  private readonly root: Digest;
  private readonly source: PageSource;
  private readonly hasher: Hasher;
  private passed: string | undefined;
  private leafDepth: number | undefined;

  private constructor(root: Digest, source: PageSource, hasher: Hasher) {
    this.root = root;
    this.source = source;
    this.hasher = hasher;
  }

  static async open(root: Digest, source: PageSource, hasher: Hasher): Promise<ManifestCursor> {
    const cursor = new ManifestCursor(root, source, hasher);
    await cursor.enter(root);
    return cursor;
  }

  /** Where the walk stands, or undefined at the end. */
  head(): Head | undefined {
    const top = this.stack.at(-1);
    if (top === undefined) return undefined;
    const entry = top.page.entries[top.at]!;
    return "digest" in entry ? { kind: "page", ref: entry } : { kind: "file", file: entry };
  }

  /** Goes past the head, whole pages included. */
  skip(): void {
    const top = this.stack.at(-1)!;
    this.passed = top.page.entries[top.at]!.path;
    top.at++;
    this.unwind();
  }

  /** Enters the page at the head. */
  async descend(): Promise<void> {
    const top = this.stack.at(-1)!;
    const ref = top.page.entries[top.at] as PageRef;
    top.at++;
    await this.enter(ref.digest, ref.path);
  }

  private async enter(digest: Digest, lastPath?: string): Promise<void> {
    if (this.stack.length >= MAX_LEVELS) throw manifestError(this.root, `it has more than ${MAX_LEVELS} levels`);
    const page = parsePage(await this.source(digest, MAX_PAGE_BYTES), digest, this.hasher);
    this.check(page, lastPath);
    this.stack.push({ page, at: 0 });
    this.unwind();
  }

  private check(page: Page, lastPath: string | undefined): void {
    const depth = this.stack.length;
    if (page.kind === "files") this.leafDepth ??= depth;
    if ((page.kind === "files") !== (depth === this.leafDepth)) throw manifestError(this.root, "its pages are not all of the same depth");
    if (lastPath === undefined) return;
    const first = page.entries[0]?.path;
    if (first === undefined || page.entries.at(-1)!.path !== lastPath)
      throw manifestError(this.root, "a page does not end where its parent says");
    if (this.passed !== undefined && compareUtf8(this.passed, first) >= 0) throw manifestError(this.root, "two pages overlap");
  }

  private unwind(): void {
    for (let top = this.stack.at(-1); top !== undefined && top.at >= top.page.entries.length; top = this.stack.at(-1)) this.stack.pop();
  }
}
