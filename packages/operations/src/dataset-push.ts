import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { formatBytes, hasCode, parseName, parseVersionRef, shortDigest, userError } from "@modelyard/base";
import { canonicalJson, makeSplitRule, type SplitRule } from "@modelyard/content";
import {
  type ExamplesMode,
  lookAtSource,
  type PushResult,
  pointerName,
  pointerOf,
  pushDataset,
  readDatasetVersion,
  writePointer,
} from "@modelyard/dataset";
import { memoryYard, type Yard } from "@modelyard/store";
import type { Context } from "./context.ts";
import { openContextYard, type YardInputs } from "./open-yard.ts";
import { requireName } from "./require-name.ts";

export interface DatasetPushInputs extends YardInputs {
  /** Directory or file to snapshot. */
  readonly path?: string | undefined;
  readonly name?: string | undefined;
  readonly labelColumn?: string | undefined;
  /** Column whose value keeps rows of one group in one split. */
  readonly keyColumn?: string | undefined;
  /** Pattern with one capture group; files whose group is equal share a split. */
  readonly keyPattern?: string | undefined;
  readonly testFraction?: number | undefined;
  readonly validationFraction?: number | undefined;
  readonly salt?: string | undefined;
  readonly examples: ExamplesMode;
  /** Where the pointer file goes; `none` writes none; default `<name>.dataset.json` in the working directory. */
  readonly pointer?: string | undefined;
  /** Version that `new-examples` counts since; default the one before. */
  readonly sinceVersion?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface DatasetPushOutputs {
  readonly version: number;
  readonly digest: string;
  readonly changed: boolean;
  readonly files: number;
  readonly examples: number;
  readonly newExamples: number;
  readonly bytes: number;
  readonly bytesAdded: number;
  /** Path of the pointer file as the input says it; undefined when none was written. */
  readonly pointer: string | undefined;
}

const NO_POINTER = "none";

/** Snapshots a directory or file as a version of a dataset and writes its pointer file. */
export async function datasetPush(inputs: DatasetPushInputs, context: Context): Promise<DatasetPushOutputs> {
  const name = parseName(requireName(inputs.name, "dataset"), "dataset name");
  if (inputs.path === undefined) {
    throw userError(
      "INPUT_INVALID",
      `the input \`path\` is absent, and modelyard.yml gives no path for the dataset ${name}`,
      "set `path` to the directory or file to push",
    );
  }
  const splitRule = splitRuleOf(inputs, name);
  const pointer = inputs.pointer ?? pointerName(name);
  const pointerPath = pointer === NO_POINTER ? undefined : resolve(context.cwd, pointer);
  const since = inputs.sinceVersion === undefined ? undefined : parseVersionRef(inputs.sinceVersion);
  const source = resolve(context.cwd, inputs.path);
  // A mistake in the inputs makes no yard.
  await lookAtSource(source);
  const yard = await openForPush(inputs, context);
  const result = await context.log.group(`Push ${inputs.path} as ${name}`, () =>
    pushDataset({
      yard,
      name,
      source,
      exclude: [...directoryOf(yard), ...(pointerPath === undefined ? [] : [pointerPath])],
      splitRule,
      examples: inputs.examples,
      labelColumn: inputs.labelColumn,
      since,
      commit: context.job.headSha ?? context.job.sha,
      dryRun: inputs.dryRun,
      hasher: context.hasher,
      clock: context.clock,
      random: context.random,
      log: context.log,
      signal: context.signal,
    }),
  );
  await warnOfMovedSplits(yard, result, context);
  const written = inputs.dryRun ? undefined : pointerPath;
  if (written !== undefined) await writePointer(written, pointerOf(result.record));
  context.log.notice(`${inputs.dryRun ? "dry run: " : ""}${noticeOf(name, result)}`);
  await context.summary(summaryOf(name, result, inputs.dryRun ?? false));
  const { version, digest, changed, files, newExamples, bytes, bytesAdded } = result;
  return {
    version,
    digest,
    changed,
    files,
    examples: result.examples.total,
    newExamples,
    bytes,
    bytesAdded,
    pointer: written === undefined ? undefined : pointer,
  };
}

function splitRuleOf(inputs: DatasetPushInputs, name: string): SplitRule {
  const { keyColumn, keyPattern } = inputs;
  if (keyColumn !== undefined && keyPattern !== undefined) {
    throw userError(
      "INPUT_INVALID",
      "`key-column` and `key-pattern` are both set",
      "set one: `key-column` groups rows of tables, `key-pattern` groups files by their path",
    );
  }
  const key: SplitRule["key"] =
    keyColumn !== undefined
      ? { kind: "column", column: keyColumn }
      : keyPattern !== undefined
        ? { kind: "pattern", pattern: keyPattern }
        : { kind: "content" };
  return makeSplitRule({ salt: inputs.salt ?? name, validation: inputs.validationFraction, test: inputs.testFraction, key });
}

/** A dry run makes no yard: where there is none it decides against an empty one. */
async function openForPush(inputs: DatasetPushInputs, context: Context): Promise<Yard> {
  try {
    return await openContextYard(inputs, context, { create: !inputs.dryRun });
  } catch (error) {
    if (inputs.dryRun && hasCode(error, "YARD_MISSING"))
      return memoryYard({ hasher: context.hasher, clock: context.clock, random: context.random });
    throw error;
  }
}

function directoryOf(yard: Yard): string[] {
  return yard.url.startsWith("file:") ? [fileURLToPath(yard.url)] : [];
}

/** Another rule moves examples between splits: what was trained on may be tested on. */
async function warnOfMovedSplits(yard: Yard, result: PushResult, context: Context): Promise<void> {
  const { record } = result;
  if (!result.changed || record.parent === null) return;
  const parent = await readDatasetVersion(yard, record.name, record.parent);
  if (parent === undefined || canonicalJson(parent.splitRule) === canonicalJson(record.splitRule)) return;
  context.log.warning(
    `the split rule of ${record.name}@${record.version} is not that of version ${record.parent}: examples move between train, validation and test, so that models of older versions may have seen what is now test data`,
  );
}

function noticeOf(name: string, result: PushResult): string {
  const { version, digest, changed, files, examples, newExamples, bytes, bytesAdded } = result;
  const what = `${files} files, ${examples.total} examples, ${formatBytes(bytes)}`;
  return changed
    ? `${name}@${version} ${shortDigest(digest)}: ${what}; ${newExamples} new examples, ${formatBytes(bytesAdded)} stored`
    : `${name}@${version} ${shortDigest(digest)} is this content already: ${what}`;
}

function summaryOf(name: string, result: PushResult, isDryRun: boolean): string {
  const { version, digest, changed, files, examples, newExamples, bytes, bytesAdded } = result;
  const outcome = isDryRun ? "dry run" : changed ? "new version" : "unchanged";
  const rows = [
    ["Files", `${files}`],
    ["Examples", `${examples.total} (train ${examples.train}, validation ${examples.validation}, test ${examples.test})`],
    ["New examples", `${newExamples}`],
    ["Size", `${formatBytes(bytes)}, ${formatBytes(bytesAdded)} stored by this push`],
    ["Digest", `\`${digest}\``],
  ];
  return `### Dataset \`${name}@${version}\`: ${outcome}\n\n| | |\n| - | - |\n${rows.map(([label, value]) => `| ${label} | ${value} |`).join("\n")}\n`;
}
