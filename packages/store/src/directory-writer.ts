import { link, lstat, mkdir, open, readdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Clock, newUlid, type Random } from "@modelyard/base";
import type { BlobSource, PutOutcome } from "./blob-store.ts";
import { absentAsUndefined, errnoOf, noHardLinks } from "./directory-errors.ts";
import { TEMPORARY_SEGMENT } from "./key.ts";
import { bytesSource, exactBytes } from "./sources.ts";

/** A temporary file not written to for a day belongs to a process that died: no write of ours pauses that long. */
const STALE_TEMPORARY_MS = 24 * 60 * 60 * 1000;

/** What link(2) answers where there are no hard links, or too many on one file. */
const NO_LINK: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV", "EMLINK"]);

/** Puts files so that a reader sees all of one or nothing: a synced temporary file is linked to its final name. */
export class DirectoryWriter {
  private readonly root: string;
  private readonly temporary: string;
  private readonly options: { clock: Pick<Clock, "now">; random: Random; sync: boolean };
  private prepared: Promise<void> | undefined;

  constructor(root: string, options: { clock: Pick<Clock, "now">; random: Random; sync: boolean }) {
    this.root = root;
    this.temporary = join(root, TEMPORARY_SEGMENT);
    this.options = options;
  }

  async put(key: string, body: Uint8Array | BlobSource, signal: AbortSignal | undefined): Promise<PutOutcome> {
    await this.prepare();
    const temporary = join(this.temporary, newUlid(this.options.clock.now(), this.options.random));
    try {
      await this.write(temporary, body, signal);
      signal?.throwIfAborted();
      return await this.publish(temporary, join(this.root, key));
    } finally {
      // A temporary file that cannot be removed now is removed by age later.
      await unlink(temporary).catch(() => undefined);
    }
  }

  private async write(path: string, body: Uint8Array | BlobSource, signal: AbortSignal | undefined): Promise<void> {
    const handle = await open(path, "wx");
    try {
      for await (const bytes of exactBytes(body instanceof Uint8Array ? bytesSource(body) : body, signal)) await writeAll(handle, bytes);
      if (this.options.sync) await handle.sync();
    } finally {
      await handle.close();
    }
  }

  private async publish(temporary: string, path: string): Promise<PutOutcome> {
    await this.makeDirectory(dirname(path));
    try {
      await link(temporary, path);
    } catch (error) {
      const errno = errnoOf(error) ?? "";
      if (errno === "EEXIST") return await takenBy(path);
      if (NO_LINK.has(errno)) throw noHardLinks(this.root, error);
      throw error;
    }
    if (this.options.sync) await syncDirectory(dirname(path));
    return { kind: "created" };
  }

  /** Makes a directory and those above it; each new name is synced, since a file is only as durable as the way to it. */
  private async makeDirectory(path: string): Promise<void> {
    const first = await mkdir(path, { recursive: true });
    if (first === undefined || !this.options.sync) return;
    for (let at = path; at.length >= first.length; at = dirname(at)) await syncDirectory(dirname(at));
  }

  /** Once a store: makes `tmp/` and clears what dead processes left in it. A failure is forgotten, so that the next put tries again. */
  private prepare(): Promise<void> {
    this.prepared ??= this.clearStale().catch((error: unknown) => {
      this.prepared = undefined;
      throw error;
    });
    return this.prepared;
  }

  private async clearStale(): Promise<void> {
    await mkdir(this.temporary, { recursive: true });
    const oldest = this.options.clock.now() - STALE_TEMPORARY_MS;
    for (const name of await readdir(this.temporary)) {
      const path = join(this.temporary, name);
      const info = await lstat(path).catch(() => undefined);
      // Another process may clear it first; one that is not ours to remove harms nobody.
      if (info?.isFile() && info.mtimeMs < oldest) await unlink(path).catch(() => undefined);
    }
  }
}

async function writeAll(handle: Awaited<ReturnType<typeof open>>, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await handle.write(bytes, written, bytes.length - written)).bytesWritten;
}

/** The name is taken: by a file is the expected outcome, by a directory is a conflict. */
async function takenBy(path: string): Promise<PutOutcome> {
  const info = await lstat(path).catch(absentAsUndefined);
  if (info?.isDirectory()) throw Object.assign(new Error("a directory has this name"), { code: "EISDIR" });
  return { kind: "exists" };
}

async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory for syncing; its file system journals names itself.
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
