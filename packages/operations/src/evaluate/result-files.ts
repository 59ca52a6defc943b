import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { messageOf, userError } from "@modelyard/base";

/** Where `evaluate` writes and `report` looks when nothing else is said, relative to the working directory. */
export const EVALUATION_DIRECTORY = "evaluation";
export const METRICS_FILE = "metrics.json";
export const COMPARISON_FILE = "comparison.json";
/** Per-example predictions in the stored form, beside the documents. */
export const PREDICTIONS_FILE = "predictions.jsonl";

/** Writes a whole file or nothing (a temporary file, then a rename); makes the directory. Throws OUTPUT_NOT_WRITTEN. */
export async function writeWholeFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (cause) {
    throw userError("OUTPUT_NOT_WRITTEN", `${path} cannot be written: ${messageOf(cause)}`, "choose a writable directory in `output`", cause);
  }
}

/** Path of a result file as outputs show it: relative to the working directory where it lies inside. */
export function shownPath(directory: string, name: string, cwd: string): string {
  const path = resolve(cwd, directory, name);
  const inside = relative(cwd, path);
  return inside.startsWith("..") ? path : join(inside);
}
