import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, realpath, rename, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { type Hasher, hexOf, remoteError, userError } from "@modelyard/base";
import { type FileEntry, printable } from "@modelyard/content";
import { inDirectory } from "./safe-directory.ts";

/** Directory in the target where a pull keeps whole files until all are there; a killed pull goes on from it. */
export const STAGING = ".modelyard-pull";
const CHUNK_BYTES = 256 * 1024;
const PART = /^[0-9a-f]+\.(\d+)\.\d+\.part$/;
/** Another pull that ends removes the empty staging directory; it cannot end more often than this while we begin one file. */
const STAGING_ATTEMPTS = 20;
/** Parts begun by this process, which may pull twice at once. */
let parts = 0;

/** The target directory of a pull; nothing outside it is ever opened for writing. */
export class TargetTree {
  readonly root: string;
  private readonly hasher: Hasher;

  private readonly isNew: boolean;

  private constructor(root: string, isNew: boolean, hasher: Hasher) {
    this.root = root;
    this.isNew = isNew;
    this.hasher = hasher;
  }

  /** Makes the directory when it is not there; a link that the caller names is followed, links inside are not. Throws PULL_TARGET. */
  static async open(path: string, hasher: Hasher): Promise<TargetTree> {
    try {
      const made = await mkdir(path, { recursive: true });
      return new TargetTree(await realpath(path), made !== undefined, hasher);
    } catch (cause) {
      throw userError(
        "PULL_TARGET",
        `the target ${path} is not a directory that can be written`,
        "name a directory, or a name that is free",
        cause,
      );
    }
  }

  /** True when the file is there with this content. Throws PULL_UNSAFE where a directory or a link to one is in the way. */
  async holds(entry: FileEntry): Promise<boolean> {
    const { parents, name } = split(entry.path);
    const found = await inDirectory(this.root, parents, false, async (directory) => {
      const info = await lstatOrUndefined(join(directory, name));
      if (info?.isDirectory()) throw inTheWay(entry.path);
      return this.matches(join(directory, name), info, entry);
    });
    return found ?? false;
  }

  /** True when a whole file of this content waits in the staging directory. */
  async isStaged(id: string, entry: FileEntry): Promise<boolean> {
    const found = await inDirectory(this.root, [STAGING], false, async (directory) => {
      const path = join(directory, id);
      return this.matches(path, await lstatOrUndefined(path), entry);
    });
    return found ?? false;
  }

  /** Writes a file into staging; it has its name there only when `write` ended well. */
  async stage(id: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const done = await inDirectory(this.root, [STAGING], true, async (directory) => {
        const part = join(directory, `${id}.${process.pid}.${++parts}.part`);
        const file = await openPart(part);
        if (file === undefined) return false;
        await this.writePart(file, part, join(directory, id), write);
        return true;
      });
      if (done) return;
      if (attempt >= STAGING_ATTEMPTS) throw contended(this.root);
    }
  }

  private async writePart(file: FileHandle, part: string, staged: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
    try {
      await write(file);
      await file.close();
      await rename(part, staged);
    } catch (error) {
      // The first failure is the one to report.
      await file.close().catch(() => undefined);
      await unlink(part).catch(() => undefined);
      throw error;
    }
  }

  /** Drops a staged file. */
  async unstage(id: string): Promise<void> {
    await inDirectory(this.root, [STAGING], false, (directory) => rm(join(directory, id), { force: true }));
  }

  /** Moves a staged file to its place; a link there is replaced, not followed. Another pull of the same content may have moved it already. */
  async place(id: string, entry: FileEntry): Promise<void> {
    const { parents, name } = split(entry.path);
    const moved = await inDirectory(this.root, [STAGING], true, (staging) =>
      inDirectory(this.root, parents, true, (directory) => renamed(join(staging, id), join(directory, name))),
    );
    if (!moved && !(await this.holds(entry))) throw contended(this.root);
  }

  /** Removes the staging directory and the parts that pulls which are no more left in it; what a living pull is writing stays. */
  async clearStaging(): Promise<void> {
    await inDirectory(this.root, [STAGING], false, async (directory) => {
      for (const name of await readdir(directory)) {
        const part = PART.exec(name);
        if (part && !isAlive(Number(part[1]))) await rm(join(directory, name), { force: true });
      }
    });
    // Not empty, or gone: another pull into the same directory is at work or has finished.
    await rmdir(join(this.root, STAGING)).catch(() => undefined);
  }

  /** Drops everything staged, and the target itself when this pull made it; after a failure that trying again cannot cure. */
  async drop(): Promise<void> {
    const info = await lstatOrUndefined(join(this.root, STAGING));
    if (info?.isDirectory()) await rm(join(this.root, STAGING), { recursive: true, force: true });
    // Not empty: another pull is at work in it.
    if (this.isNew) await rmdir(this.root).catch(() => undefined);
  }

  private async matches(path: string, info: Stats | undefined, entry: FileEntry): Promise<boolean> {
    if (!info?.isFile() || info.size !== entry.size) return false;
    const file = await openRegular(path);
    if (file === undefined) return false;
    try {
      return (await this.hashOf(file)) === entry.sha256;
    } finally {
      await file.close();
    }
  }

  private async hashOf(file: FileHandle): Promise<string> {
    const running = this.hasher.start();
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hexOf(running.digest());
      running.update(buffer.subarray(0, bytesRead));
    }
  }
}

function split(path: string): { parents: string[]; name: string } {
  const segments = path.split("/");
  return { parents: segments.slice(0, -1), name: segments.at(-1)! };
}

async function lstatOrUndefined(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Undefined when another pull moved the file away, or put a link in its place, since it was looked at. */
async function openRegular(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ELOOP") return undefined;
    throw error;
  }
}

/** Undefined when the directory was removed under our feet. */
async function openPart(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "wx", 0o666);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** False when there is nothing to rename. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

function contended(root: string): Error {
  return remoteError("PULL_CONTENDED", `another pull is at work in ${root}`, {
    hint: "let one pull at a time write to a directory, then pull again",
    retryable: true,
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function inTheWay(path: string): Error {
  return userError("PULL_UNSAFE", `a directory is in the way of the file ${printable(path)}`, "remove it, or pull into another directory");
}
