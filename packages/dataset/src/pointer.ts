import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { userError } from "@modelyard/base";
import { parseDocument } from "@modelyard/content";
import { type DatasetVersion, type Pointer, pointerSchema } from "./document.ts";

/** A pointer is a few hundred bytes; a larger file is something else. */
const MAX_POINTER_BYTES = 64 * 1024;

/** Usual name of a dataset's pointer file. */
export function pointerName(name: string): string {
  return `${name}.dataset.json`;
}

/** What a repository keeps of a version. */
export function pointerOf(record: DatasetVersion): Pointer {
  const { name, version, digest, files, examples, bytes } = record;
  return { format: 1, name, version, digest, files, examples, bytes };
}

/** Text of a pointer file: keys in one order, one a line, so that a diff shows what changed. */
export function pointerText(pointer: Pointer): string {
  const { format, name, version, digest, files, examples, bytes } = pointer;
  const { total, train, validation, test } = examples;
  return `${JSON.stringify({ format, name, version, digest, files, examples: { total, train, validation, test }, bytes }, null, 2)}\n`;
}

/** Writes a pointer file in one step, so that readers see the old one or the new; leaves an equal file alone. */
export async function writePointer(path: string, pointer: Pointer): Promise<void> {
  const text = pointerText(pointer);
  if ((await readFile(path, "utf8").catch(() => undefined)) === text) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, text, { flag: "wx" });
    await rename(temporary, path);
  } catch (cause) {
    // The first failure is the one to report; a temporary file that cannot be removed is harmless.
    await unlink(temporary).catch(() => undefined);
    throw userError(
      "POINTER_NOT_WRITTEN",
      `the pointer file ${path} cannot be written`,
      "check the directory's permissions and that the name is not a directory",
      cause,
    );
  }
}

/** Reads a pointer file. Throws POINTER_MISSING, DOCUMENT_INVALID, JSON_INVALID, FORMAT_TOO_NEW. */
export async function readPointer(path: string): Promise<Pointer> {
  const info = await stat(path).catch(() => undefined);
  const problem =
    info === undefined ? "is not there" : !info.isFile() || info.size > MAX_POINTER_BYTES ? "is not a pointer file" : undefined;
  if (problem !== undefined) throw userError("POINTER_MISSING", `${path} ${problem}`, "name a *.dataset.json file that dataset-push wrote");
  return parseDocument(pointerSchema, await readFile(path), `the pointer file ${path}`);
}
