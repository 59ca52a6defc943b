import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, realpath, rename, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { type Hasher, hexOf, userError } from "@modelyard/base";
import { type FileEntry, printable } from "@modelyard/content";
import { inDirectory } from "./safe-directory.ts";

/** Directory in the target where a pull keeps whole files until all are there; a killed pull goes on from it. */
export const STAGING = ".modelyard-pull";
const CHUNK_BYTES = 256 * 1024;
const PART = /^[0-9a-f]+\.(\d+)\.part$/;

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
    await inDirectory(this.root, [STAGING], true, async (directory) => {
      const part = join(directory, `${id}.${process.pid}.part`);
      const file = await open(part, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0), 0o666);
      try {
        await write(file);
        await file.close();
        await rename(part, join(directory, id));
      } catch (error) {
        // The first failure is the one to report.
        await file.close().catch(() => undefined);
        await unlink(part).catch(() => undefined);
        throw error;
      }
    });
  }

  /** Moves a staged file to its place; a link there is replaced, not followed. */
  async place(id: string, path: string): Promise<void> {
    const { parents, name } = split(path);
    await inDirectory(this.root, [STAGING], true, (staging) =>
      inDirectory(this.root, parents, true, (directory) => rename(join(staging, id), join(directory, name))),
    );
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
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
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
