import { glob, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { mapBounded, userError } from "@modelyard/base";
import type { Artifact } from "@modelyard/lineage";
import { fileSource, type Yard } from "@modelyard/store";
import { isFile, requireFile } from "../read-file-input.ts";

/** A run with more files than this wants a dataset. */
const MAX_ARTIFACTS = 1_000;
const STORE_CONCURRENCY = 4;

export interface RunFileInputs {
  readonly model?: string | undefined;
  readonly signature?: string | undefined;
  readonly golden?: string | undefined;
  readonly metrics?: string | undefined;
  readonly artifacts?: readonly string[] | undefined;
}

/** A file of a run, before it is stored. */
export interface RunFile {
  readonly role: Artifact["role"];
  /** Its path from the working directory, or its bare name when it lies elsewhere. */
  readonly name: string;
  readonly path: string;
}

/** The files that the inputs name; `signature.json` and `golden.json` beside the model are taken when not named. Throws FILE_MISSING, ARTIFACTS_TOO_MANY. */
export async function findRunFiles(inputs: RunFileInputs, cwd: string): Promise<RunFile[]> {
  const files = new Map<string, RunFile>();
  const add = (role: RunFile["role"], path: string): void => {
    if (!files.has(path)) files.set(path, { role, name: nameOf(path, cwd), path });
  };
  for (const [role, path] of [
    ["model", inputs.model],
    ["signature", inputs.signature ?? (await besideModel(inputs.model, "signature.json", cwd))],
    ["golden", inputs.golden ?? (await besideModel(inputs.model, "golden.json", cwd))],
    ["metrics", inputs.metrics],
  ] as const) {
    if (path !== undefined) add(role, await requireFile(role, path, cwd));
  }
  for (const pattern of inputs.artifacts ?? []) for (const path of await expand(pattern, cwd)) add("artifact", path);
  if (files.size > MAX_ARTIFACTS)
    throw userError(
      "ARTIFACTS_TOO_MANY",
      `the run has ${files.size} files; ${MAX_ARTIFACTS} are allowed`,
      "narrow `artifacts`, or push a directory of many files as a dataset",
    );
  return [...files.values()];
}

/** Stores the files as blobs, in the order given. */
export async function storeRunFiles(files: readonly RunFile[], yard: Yard, signal: AbortSignal): Promise<Artifact[]> {
  return mapBounded(files, STORE_CONCURRENCY, async ({ role, name, path }) => {
    const { digest, size } = await yard.blobs.put(await fileSource(path), { signal });
    return { name, role, digest, size };
  });
}

/** Path of a file beside the model, when it is there. */
export async function besideModel(model: string | undefined, name: string, cwd: string): Promise<string | undefined> {
  if (model === undefined) return undefined;
  const path = join(dirname(resolve(cwd, model)), name);
  return (await isFile(path, cwd)) ? path : undefined;
}

async function expand(pattern: string, cwd: string): Promise<string[]> {
  const found: string[] = [];
  const isDirectory = (await stat(resolve(cwd, pattern)).catch(() => undefined))?.isDirectory() ?? false;
  for await (const path of glob(isDirectory ? join(pattern, "**") : pattern, { cwd })) {
    const full = resolve(cwd, path);
    if (await isFile(full, cwd)) found.push(full);
    if (found.length > MAX_ARTIFACTS) break;
  }
  if (found.length === 0)
    throw userError("FILE_MISSING", `artifacts: nothing matches ${pattern}`, `check \`artifacts\`; it is relative to ${cwd}`);
  return found.sort();
}

function nameOf(path: string, cwd: string): string {
  const name = relative(cwd, path).split(sep).join("/");
  return name.startsWith("../") ? basename(path) : name;
}
