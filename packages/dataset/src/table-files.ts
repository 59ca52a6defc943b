import { type Digest, type Hasher, userError } from "@modelyard/base";
import { type FileEntry, type PageSource, printable, readManifest } from "@modelyard/content";
import { type TableFormat, tableFormat } from "./table-format.ts";
import { type SourceFile, walk } from "./walk.ts";

/** A table on this machine, and what the manifest says of it. */
export interface LocalTable {
  readonly file: SourceFile;
  readonly entry: FileEntry;
  readonly format: TableFormat;
}

export interface LocalTablesOptions {
  /** Directory or file that was pushed, and what below it was left out. */
  readonly source: string;
  readonly exclude?: readonly string[] | undefined;
  /** Root page of the manifest that was made of it. */
  readonly manifest: Digest;
  readonly pages: PageSource;
  readonly hasher: Hasher;
}

/**
 * The tables of a source in manifest order: source and manifest are walked side by side, so that neither is held in memory. Throws DATASET_FILE_CHANGED
 * when they are not the same files any more.
 */
export async function* localTables(options: LocalTablesOptions): AsyncGenerator<LocalTable, void, undefined> {
  const files = walk(options.source, options.exclude);
  for await (const entry of readManifest(options.manifest, options.pages, options.hasher)) {
    const next = await files.next();
    const file = next.done ? undefined : next.value;
    if (file?.path !== entry.path) throw moved(entry.path);
    const format = tableFormat(entry.path);
    if (format !== undefined) yield { file, entry, format };
  }
}

function moved(path: string): Error {
  return userError(
    "DATASET_FILE_CHANGED",
    `${printable(path)} was moved, or files near it came or went, while the directory was read`,
    "wait until nothing writes to the directory, then push again",
  );
}
