import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { formatBytes, shortDigest, userError } from "@modelyard/base";
import type { Split } from "@modelyard/content";
import { type DatasetVersion, pullDataset, readPointer, resolveDatasetVersion } from "@modelyard/dataset";
import type { Yard } from "@modelyard/store";
import type { Context } from "./context.ts";
import { openContextYard, type YardInputs } from "./open-yard.ts";
import { requireVersion } from "./require-name.ts";

export interface DatasetPullInputs extends YardInputs {
  /** Dataset name, or `name@version`. */
  readonly name?: string | undefined;
  /** A number, latest, a digest, or `name@version`; wins over `pointer`. */
  readonly version?: string | undefined;
  /** Pointer file that names the version. */
  readonly pointer?: string | undefined;
  readonly split: Split | "all";
  /** One path, a directory, or a glob of the dataset. */
  readonly only?: string | undefined;
  /** Directory to restore into; default `data/<name>`. */
  readonly path?: string | undefined;
  /** Remove files of the directory that the selection does not have. */
  readonly clean?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface DatasetPullOutputs {
  readonly version: number;
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
  readonly bytesFetched: number;
  /** Absolute path of the directory. */
  readonly path: string;
}

/** Restores a version, a split or a path of a dataset into a directory, every byte verified. */
export async function datasetPull(inputs: DatasetPullInputs, context: Context): Promise<DatasetPullOutputs> {
  const yard = await openContextYard(inputs, context, { create: false });
  const version = await versionOf(inputs, yard, context);
  const path = resolve(context.cwd, inputs.path ?? join("data", version.name));
  for (const directory of yardDirectory(yard)) await refuseInside(path, directory);
  const result = await context.log.group(`Pull ${version.name}@${version.version}`, () =>
    pullDataset({
      yard,
      version,
      split: inputs.split,
      only: inputs.only,
      target: path,
      clean: inputs.clean,
      protect: [context.cwd, context.workspace, ...(context.env["HOME"] ? [context.env["HOME"]] : []), ...yardDirectory(yard)],
      dryRun: inputs.dryRun,
      hasher: context.hasher,
      log: context.log,
      signal: context.signal,
    }),
  );
  const part = inputs.split === "all" ? "" : ` (${inputs.split})`;
  const { digest, files, bytes, bytesFetched, filesKept, removed } = result;
  const kept = filesKept === 0 ? "" : `; ${filesKept} were there already`;
  const gone = removed === 0 ? "" : `; ${removed} others removed`;
  context.log.notice(
    `${inputs.dryRun ? "dry run: " : ""}${version.name}@${version.version}${part} ${shortDigest(digest)}: ${files} files, ${formatBytes(bytes)}, ${formatBytes(bytesFetched)} fetched${kept}${gone}`,
  );
  await context.summary(
    `### Dataset \`${version.name}@${version.version}\`${part} pulled${inputs.dryRun ? " (dry run)" : ""}\n\n${files} files, ${formatBytes(bytes)}, ${formatBytes(bytesFetched)} fetched; digest \`${digest}\`\n`,
  );
  return { version: version.version, digest, files, bytes, bytesFetched, path };
}

function yardDirectory({ url }: Yard): string[] {
  return url.startsWith("file:") ? [fileURLToPath(url)] : [];
}

/** A dataset may hold a `yard.json` of its own: among the files of a yard it would take the place of the yard's. */
async function refuseInside(path: string, yard: string): Promise<void> {
  const inside = relative(await realpath(yard), await realpath(path).catch(() => path));
  if (inside.split(sep)[0] === ".." || isAbsolute(inside)) return;
  throw userError(
    "PULL_UNSAFE",
    `the target ${path} lies in the yard ${yard}`,
    "set `path` to a directory outside the yard, such as data/points",
  );
}

/** An explicit version wins, then the pointer file, then the latest version. */
async function versionOf(inputs: DatasetPullInputs, yard: Yard, context: Context): Promise<DatasetVersion> {
  const isNamed = inputs.version !== undefined || inputs.name?.includes("@") === true;
  if (!isNamed && inputs.pointer !== undefined) return pointedVersion(inputs.pointer, inputs.name, yard, context);
  const { name, ref } = requireVersion(inputs.name, inputs.version, "dataset");
  return resolveDatasetVersion(yard, name, ref);
}

async function pointedVersion(path: string, name: string | undefined, yard: Yard, context: Context): Promise<DatasetVersion> {
  const pointer = await readPointer(resolve(context.cwd, path));
  if (name !== undefined && name !== pointer.name) {
    throw userError(
      "DATASET_POINTER_MISMATCH",
      `${path} points to the dataset ${pointer.name}, and the input \`name\` says ${name}`,
      "leave out `name`, or name the pointer file of that dataset",
    );
  }
  const stored = await resolveDatasetVersion(yard, pointer.name, { kind: "number", number: pointer.version });
  if (stored.digest === pointer.digest) return stored;
  throw userError(
    "DATASET_POINTER_MISMATCH",
    `${path} names ${pointer.name}@${pointer.version} with ${pointer.digest}, and the yard ${yard.url} holds ${stored.digest} under that number`,
    "the pointer was written for another yard: check `yard`, or push the dataset again",
  );
}
