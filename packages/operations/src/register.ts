import { formatBytes, parseName, shortDigest, userError } from "@modelyard/base";
import type { BlobRef, DatasetRef, RunRecord } from "@modelyard/lineage";
import { type RegisterInput, readRun, registerVersion } from "@modelyard/registry";
import type { Yard } from "@modelyard/store";
import type { Context } from "./context.ts";
import { resolveDatasetInput } from "./dataset-input.ts";
import { openContextYard, type YardInputs } from "./open-yard.ts";
import { readFileInput } from "./read-file-input.ts";
import { headlineOf, numbersOf, parseMetricsFile } from "./record/metrics-file.ts";
import { type ModelParts, readModelParts } from "./register/model-parts.ts";
import { validateModel } from "./register/validate-model.ts";
import { requireName } from "./require-name.ts";

export interface RegisterInputs extends YardInputs {
  readonly name?: string | undefined;
  /** Recorded run that made the model; gives what the other inputs do not. */
  readonly run?: string | undefined;
  readonly model?: string | undefined;
  readonly signature?: string | undefined;
  readonly golden?: string | undefined;
  readonly dataset?: string | undefined;
  /** Path of the metric document of `evaluate`. */
  readonly metrics?: string | undefined;
  /** Longest opening or call of the model, milliseconds. */
  readonly timeout: number;
  readonly dryRun?: boolean | undefined;
}

export interface RegisterOutputs {
  /** Undefined in a dry run. */
  readonly version: number | undefined;
  readonly digest: string | undefined;
  readonly changed: boolean;
  /** Golden predictions that were replayed. */
  readonly goldenCases: number;
}

/** Makes the next version of a model, checked; the same model of the same run and data gives its old version back. Creates versions and moves no stage. */
export async function register(inputs: RegisterInputs, context: Context): Promise<RegisterOutputs> {
  const name = parseName(requireName(inputs.name, "model"), "model name");
  if (inputs.run === undefined && inputs.model === undefined) {
    throw userError(
      "INPUT_INVALID",
      "neither `run` nor `model` is given",
      "set `run` to a recorded run, or `model` to the path of an ONNX file",
    );
  }
  const yard = await openContextYard(inputs, context, { create: inputs.run === undefined && !inputs.dryRun });
  const run = inputs.run === undefined ? undefined : await readRun(yard, inputs.run);
  const parts = await readModelParts(inputs, run, yard, context);
  const goldenCases = await context.log.group(`Check ${parts.model.what}`, () => validateModel(parts, inputs.timeout, context));
  const dataset = inputs.dataset === undefined ? (run?.dataset ?? null) : await resolveDatasetInput(inputs.dataset, yard, context.cwd);
  const metrics = await readMetrics(inputs.metrics, parts, run, context);
  if (inputs.dryRun) {
    context.log.notice(`dry run: ${parts.model.what} (${formatBytes(parts.model.ref.size)}) would be registered as a version of ${name}`);
    return { version: undefined, digest: undefined, changed: false, goldenCases };
  }
  await storeParts(yard, parts, metrics.bytes, context.signal);
  const { version, changed } = await registerVersion(yard, versionInput(name, parts, run, dataset, metrics, context), context);
  const outcome = changed ? "registered" : "was there already";
  context.log.notice(`${name}@${version.version} ${outcome}: ${shortDigest(version.digest)}, ${goldenCases} golden predictions replayed`);
  await context.summary(
    `### Model \`${name}@${version.version}\` ${outcome}\n\n\`${version.digest}\`, ${formatBytes(parts.model.ref.size)}, ${goldenCases} golden predictions replayed\n`,
  );
  return { version: version.version, digest: version.digest, changed, goldenCases };
}

interface VersionMetrics {
  readonly bytes: Uint8Array | undefined;
  readonly ref: BlobRef | null;
  readonly headline: Readonly<Record<string, number>>;
}

async function readMetrics(
  path: string | undefined,
  parts: ModelParts,
  run: RunRecord | undefined,
  context: Context,
): Promise<VersionMetrics> {
  if (path === undefined) return { bytes: undefined, ref: null, headline: numbersOf(run?.metrics ?? {}) };
  const bytes = await readFileInput("metrics", path, context.cwd);
  const { document } = parseMetricsFile(bytes, path);
  if (!document)
    throw userError(
      "METRICS_INVALID",
      `${path} is not a metric document`,
      "give the file that evaluate puts out as `metrics`; values of training belong into `record`",
    );
  if (document.subject.digest !== parts.model.ref.digest) {
    throw userError(
      "METRICS_OF_ANOTHER_MODEL",
      `${path} measures ${document.subject.digest}, and the model is ${parts.model.ref.digest}`,
      "evaluate this very model file, then register it",
    );
  }
  return { bytes, ref: { digest: context.hasher.sha256(bytes), size: bytes.length }, headline: headlineOf(document) };
}

async function storeParts(yard: Yard, parts: ModelParts, metrics: Uint8Array | undefined, signal: AbortSignal): Promise<void> {
  for (const bytes of [parts.model.bytes, parts.signature.bytes, parts.golden?.bytes, metrics])
    if (bytes) await yard.blobs.put(bytes, { signal });
}

function versionInput(
  name: string,
  parts: ModelParts,
  run: RunRecord | undefined,
  dataset: DatasetRef | null,
  metrics: VersionMetrics,
  context: Context,
): RegisterInput {
  return {
    name,
    model: parts.model.ref,
    signature: parts.signature.ref,
    golden: parts.golden?.ref ?? null,
    run: run?.run ?? null,
    dataset,
    metrics: metrics.ref,
    headline: metrics.headline,
    commit: run?.commit ?? context.job.headSha ?? context.job.sha ?? null,
  };
}
