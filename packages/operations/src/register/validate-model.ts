import { hasCode, messageOf, userError } from "@modelyard/base";
import { type Golden, parseGolden, parseSignature, type Signature } from "@modelyard/model";
import { inspectOnnx, requireSignature } from "@modelyard/onnx";
import { openIsolatedModel, replayGolden } from "@modelyard/onnx/session";
import type { Context } from "../context.ts";
import type { ModelParts } from "./model-parts.ts";

/** Below this every model gets the same room; a larger one gets room for a few copies of its weights. */
const MIN_MEMORY_BYTES = 2 * 1024 ** 3;
const MEMORY_PER_MODEL_BYTE = 4;
const SHOWN_DIFFERENCES = 3;

/**
 * Checks that the model is ONNX, keeps its signature and gives the golden predictions, in a child process with limits; returns how many golden cases were
 * replayed. Throws MODEL_NOT_ONNX, MODEL_SIGNATURE_MISMATCH, SIGNATURE_INVALID, DOCUMENT_INVALID, GOLDEN_MISMATCH, MODEL_*.
 */
export async function validateModel(parts: ModelParts, timeoutMs: number, context: Context): Promise<number> {
  const info = inspectOnnx(parts.model.bytes, parts.model.what);
  const signature = parseSignature(parts.signature.bytes, parts.signature.what);
  requireSignature(info, signature, parts.model.what);
  if (!parts.golden) {
    context.log.warning(
      "there are no golden predictions: nobody can prove later that the model answers as it did in training; write golden.json beside the model",
    );
    return 0;
  }
  const golden = parseGolden(parts.golden.bytes, parts.golden.what);
  try {
    return await replay(parts, signature, golden, timeoutMs, context);
  } catch (error) {
    if (!hasCode(error, "ONNX_RUNTIME_MISSING")) throw error;
    context.log.warning(
      `the golden predictions were not replayed: ${messageOf(error)}; promote replays them before the model gets traffic`,
    );
    return 0;
  }
}

async function replay(parts: ModelParts, signature: Signature, golden: Golden, timeoutMs: number, context: Context): Promise<number> {
  const { bytes, what } = parts.model;
  const memoryBytes = Math.max(MIN_MEMORY_BYTES, MEMORY_PER_MODEL_BYTE * bytes.length);
  const session = await openIsolatedModel(bytes, { what, signature, memoryBytes, timeoutMs, env: context.env });
  try {
    const report = await replayGolden(session, golden, signature);
    if (report.failed === 0) return report.cases;
    const shown = report.differences
      .slice(0, SHOWN_DIFFERENCES)
      .map((it) => `case ${it.case}, ${it.output}${it.index === undefined ? "" : `[${it.index}]`}: ${it.got} in place of ${it.expected}`);
    throw userError(
      "GOLDEN_MISMATCH",
      `${what} does not give its golden predictions: ${report.failed} of ${report.cases} cases differ (${shown.join("; ")})`,
      "the exported model is not the one that was trained, or its preprocessing is missing; export it again, or write golden.json from the exported model",
    );
  } finally {
    await session.close();
  }
}
