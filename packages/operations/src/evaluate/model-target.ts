import { basename } from "node:path";
import { isUlid, parseNameAtVersion, userError } from "@modelyard/base";
import type { Subject } from "@modelyard/evaluate";
import type { ModelVersion } from "@modelyard/lineage";
import { parseSignature, type Signature } from "@modelyard/model";
import { inspectOnnx, requireSignature } from "@modelyard/onnx";
import { readRun, resolveModelVersion } from "@modelyard/registry";
import type { Yard } from "@modelyard/store";
import type { Context } from "../context.ts";
import { isFile, readFileInput } from "../read-file-input.ts";
import { besideModel } from "../record/run-files.ts";
import { type ModelPart, type ModelParts, readModelParts } from "../register/model-parts.ts";

const MAX_MODEL_BYTES = 2 * 1024 ** 3;
const MAX_SIGNATURE_BYTES = 16 * 1024 ** 2;

/** A model to score, checked: ONNX that keeps its signature. */
export interface ModelTarget {
  readonly bytes: Uint8Array;
  readonly signature: Signature;
  readonly signatureDigest: Subject["digest"];
  readonly subject: Subject;
  /** For messages. */
  readonly what: string;
  /** Dataset version that it learnt from, where that is recorded. */
  readonly trainedOn: ModelVersion["dataset"];
}

/** The model that an input names: a file, `name@version`, or a run. Throws FILE_MISSING, INPUT_INVALID, MODEL_NOT_ONNX, MODEL_SIGNATURE_MISMATCH, MODEL_VERSION_MISSING, RUN_MISSING. */
export async function openTarget(
  text: string,
  options: { signature: string | undefined; name: string | undefined },
  yard: Yard | undefined,
  context: Context,
): Promise<ModelTarget> {
  if (text.includes("/") || text.endsWith(".onnx") || (await isFile(text, context.cwd))) return fileTarget(text, options, context);
  if (yard === undefined)
    throw userError(
      "INPUT_INVALID",
      `model: "${text.slice(0, 100)}" is no file, and there is no yard to look for a version of that name in`,
      "check `model` and `yard`",
    );
  if (isUlid(text)) return runTarget(text, options.name, yard, context);
  const { name, version } = parseNameAtVersion(text);
  return versionTarget(await resolveModelVersion(yard, name, version), yard, context);
}

async function fileTarget(
  path: string,
  options: { signature: string | undefined; name: string | undefined },
  context: Context,
): Promise<ModelTarget> {
  const model = await filePart("model", path, MAX_MODEL_BYTES, context);
  inspectOnnx(model.bytes, model.what);
  const beside = options.signature ?? (await besideModel(path, "signature.json", context.cwd));
  if (beside === undefined) {
    throw userError(
      "INPUT_INVALID",
      `there is no signature for ${path}: neither the input \`signature\` nor a signature.json beside it`,
      "write signature.json where the model is trained; it names inputs, columns and outputs",
    );
  }
  const signature = await filePart("signature", beside, MAX_SIGNATURE_BYTES, context);
  const { headSha, sha } = context.job;
  const subject: Subject = {
    name: options.name ?? null,
    version: null,
    run: null,
    digest: model.ref.digest,
    commit: headSha ?? sha ?? null,
  };
  return checked({ model, signature, golden: undefined }, subject, null);
}

async function filePart(input: string, path: string, maxBytes: number, context: Context): Promise<ModelPart> {
  const bytes = await readFileInput(input, path, context.cwd, maxBytes);
  return { bytes, ref: { digest: context.hasher.sha256(bytes), size: bytes.length }, what: basename(path) };
}

/** The model of a recorded run. */
export async function runTarget(run: string, name: string | undefined, yard: Yard, context: Context): Promise<ModelTarget> {
  const record = await readRun(yard, run);
  const parts = await readModelParts({}, record, yard, context);
  const subject: Subject = {
    name: name ?? record.model ?? null,
    version: null,
    run,
    digest: parts.model.ref.digest,
    commit: record.commit ?? null,
  };
  return checked(parts, subject, record.dataset ?? null);
}

/** A model version of the yard. */
export async function versionTarget(version: ModelVersion, yard: Yard, context: Context): Promise<ModelTarget> {
  const what = `${version.name}@${version.version}`;
  const { signal } = context;
  const model = { bytes: await yard.blobs.get(version.model.digest, { maxBytes: MAX_MODEL_BYTES, signal }), ref: version.model, what };
  const signature = {
    bytes: await yard.blobs.get(version.signature.digest, { maxBytes: MAX_SIGNATURE_BYTES, signal }),
    ref: version.signature,
    what: `the signature of ${what}`,
  };
  const subject: Subject = {
    name: version.name,
    version: version.version,
    run: version.run,
    digest: version.model.digest,
    commit: version.commit,
  };
  return checked({ model, signature, golden: undefined }, subject, version.dataset);
}

function checked(parts: ModelParts, subject: Subject, trainedOn: ModelTarget["trainedOn"]): ModelTarget {
  const { bytes, what } = parts.model;
  const info = inspectOnnx(bytes, what);
  const signature = parseSignature(parts.signature.bytes, parts.signature.what);
  requireSignature(info, signature, what);
  return { bytes, signature, signatureDigest: parts.signature.ref.digest, subject, what, trainedOn };
}
