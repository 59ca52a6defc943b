import { basename } from "node:path";
import { type Digest, type Hasher, userError } from "@modelyard/base";
import type { Artifact, BlobRef, RunRecord } from "@modelyard/lineage";
import type { Yard } from "@modelyard/store";
import { readFileInput } from "../read-file-input.ts";
import { besideModel } from "../record/run-files.ts";

/** protobuf, and so ONNX, ends at 2 GiB. */
const MAX_MODEL_BYTES = 2 * 1024 ** 3;

export type PartRole = "model" | "signature" | "golden";

/** A file of a model version, in memory. */
export interface ModelPart {
  readonly bytes: Uint8Array;
  readonly ref: BlobRef;
  /** Where it came from, for messages. */
  readonly what: string;
}

export interface ModelParts {
  readonly model: ModelPart;
  readonly signature: ModelPart;
  readonly golden: ModelPart | undefined;
}

export interface PartInputs {
  readonly model?: string | undefined;
  readonly signature?: string | undefined;
  readonly golden?: string | undefined;
}

/** Model, signature and golden predictions: from the inputs, else beside the model, else from the run. Throws FILE_MISSING, RUN_ARTIFACT_MISSING, BLOB_*. */
export async function readModelParts(
  inputs: PartInputs,
  run: RunRecord | undefined,
  yard: Yard,
  context: { cwd: string; hasher: Hasher },
): Promise<ModelParts> {
  const part = async (role: PartRole, path: string | undefined): Promise<ModelPart | undefined> =>
    path === undefined ? fromRun(role, run, yard) : fromFile(role, path, context);
  const model = await part("model", inputs.model);
  const signature = await part("signature", inputs.signature ?? (await besideModel(inputs.model, "signature.json", context.cwd)));
  const golden = await part("golden", inputs.golden ?? (await besideModel(inputs.model, "golden.json", context.cwd)));
  return { model: required(model, "model", run), signature: required(signature, "signature", run), golden };
}

async function fromFile(role: PartRole, path: string, context: { cwd: string; hasher: Hasher }): Promise<ModelPart> {
  const bytes = await readFileInput(role, path, context.cwd, MAX_MODEL_BYTES);
  return { bytes, ref: { digest: context.hasher.sha256(bytes), size: bytes.length }, what: basename(path) };
}

async function fromRun(role: PartRole, run: RunRecord | undefined, yard: Yard): Promise<ModelPart | undefined> {
  const artifact = run && onlyArtifact(run, role);
  if (!artifact) return undefined;
  const ref: { digest: Digest; size: number } = { digest: artifact.digest, size: artifact.size };
  return { bytes: await yard.blobs.get(artifact.digest, { maxBytes: MAX_MODEL_BYTES }), ref, what: `${artifact.name} of run ${run.run}` };
}

function onlyArtifact(run: RunRecord, role: PartRole): Artifact | undefined {
  const found = run.artifacts.filter((artifact) => artifact.role === role);
  if (found.length <= 1) return found[0];
  const names = found.map((artifact) => artifact.name).join(", ");
  throw userError(
    "RUN_ARTIFACT_AMBIGUOUS",
    `run ${run.run} has ${found.length} artifacts of the role ${role}: ${names}`,
    `give the path of one in \`${role}\``,
  );
}

function required(part: ModelPart | undefined, role: PartRole, run: RunRecord | undefined): ModelPart {
  if (part) return part;
  if (run === undefined)
    throw userError(
      "INPUT_INVALID",
      `the input \`${role}\` is needed when there is no \`run\``,
      `set \`${role}\` to a path, or \`run\` to a recorded run`,
    );
  const names = run.artifacts.map((artifact) => `${artifact.name} (${artifact.role})`).join(", ");
  throw userError(
    "RUN_ARTIFACT_MISSING",
    `run ${run.run} has no ${role}; it has ${names || "no artifacts"}`,
    `record it with \`${role}\` (action record), or give its path in \`${role}\``,
  );
}
