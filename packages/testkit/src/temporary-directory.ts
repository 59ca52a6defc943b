import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
  /** Absolute path of parts below the directory. */
  at(...parts: string[]): string;
  /** Writes a file, making its directories; answers its absolute path. */
  write(relative: string, content: string | Uint8Array): Promise<string>;
  read(relative: string): Promise<string>;
  /** Relative paths of all files below, sorted, `/`-separated. */
  files(): Promise<string[]>;
  remove(): Promise<void>;
}

/** A fresh directory for one test; `await using directory = await temporaryDirectory()` removes it at the end of the block. */
export async function temporaryDirectory(prefix = "modelyard-"): Promise<TemporaryDirectory> {
  const root = await mkdtemp(path.join(tmpdir(), prefix));
  const at = (...parts: string[]): string => path.join(root, ...parts);
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true, maxRetries: 3 });
  return {
    path: root,
    at,
    async write(relative, content) {
      const file = at(relative);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
      return file;
    },
    read: (relative) => readFile(at(relative), "utf8"),
    async files() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
        .sort();
    },
    remove,
    [Symbol.asyncDispose]: remove,
  };
}
