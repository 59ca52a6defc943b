import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { messageOf, userError } from "@modelyard/base";

/** What a disk without room, a quota and a limit of file sizes answer. */
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

export const METRICS_FILE = "metrics.json";
export const COMPARISON_FILE = "comparison.json";
/** Per-example predictions in the stored form, beside the documents. */
export const PREDICTIONS_FILE = "scored-predictions.jsonl";

/** Refuses to overwrite a file of this name that is no document of this kind: `metrics.json` is a name that others use too. Throws OUTPUT_TAKEN. */
export async function refuseForeignFile(path: string, kind: string): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined || text.includes(`"kind": "${kind}"`)) return;
  throw userError("OUTPUT_TAKEN", `${path} is there already and was not written by evaluate`, "choose another directory in `output`");
}

/** Writes a whole file or nothing (a temporary file, then a rename); makes the directory. Throws OUTPUT_NOT_WRITTEN. */
export async function writeWholeFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (cause) {
    // The first failure is the one to report; a temporary file that cannot be removed is harmless.
    await rm(temporary, { force: true }).catch(() => undefined);
    const isFull = FULL.has(String((cause as { readonly code?: unknown } | null)?.code));
    throw userError(
      "OUTPUT_NOT_WRITTEN",
      `${path} cannot be written: ${isFull ? "no space is left" : messageOf(cause)}`,
      isFull ? "free space or raise the quota, then run it again" : "choose a writable directory in `output`",
      cause,
    );
  }
}

/** Path of a result file as outputs show it: relative to the working directory where it lies inside. */
export function shownPath(directory: string, name: string, cwd: string): string {
  const path = resolve(cwd, directory, name);
  const inside = relative(cwd, path);
  return inside.startsWith("..") ? path : join(inside);
}
