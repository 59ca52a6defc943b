import { type Clock, isModelyardError, type Log, messageOf, userError } from "@modelyard/base";
import { elementCount, emptyData, type Golden, type Signature, type Tensor } from "@modelyard/model";
import type { ModelSession } from "@modelyard/onnx";
import { openModel, replayGolden } from "@modelyard/onnx/session";
import { Batcher, type BatchReport } from "./batcher.ts";
import type { ServerLimits } from "./limits.ts";

/** A model that the server is to serve. */
export interface ModelSource {
  readonly name: string;
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly signature: Signature;
  /** Replayed before the server says that it is ready. */
  readonly golden?: Golden | undefined;
}

/** How a model is opened; replaced by one that isolates it, or by a fake. */
export type OpenModel = (source: ModelSource) => Promise<ModelSession>;

/** A model that is loaded, warm, and has passed its golden cases. */
export interface ServedModel {
  readonly name: string;
  readonly version: number;
  readonly signature: Signature;
  /** Names of the outputs that the signature names, in its order. */
  readonly outputs: readonly string[];
  readonly batcher: Batcher;
  readonly session: ModelSession;
}

export interface LoadOptions {
  readonly limits: ServerLimits;
  readonly clock: Pick<Clock, "monotonic">;
  readonly log: Log;
  readonly open?: OpenModel | undefined;
  readonly report: (batch: BatchReport) => void;
}

/** Opens a model, runs it once, and replays its golden cases. Throws what `openModel` throws and MODEL_GOLDEN_FAILED. */
export async function loadModel(source: ModelSource, options: LoadOptions): Promise<ServedModel> {
  const { name, version, signature, golden } = source;
  const open = options.open ?? ((model) => openModel(model.bytes, { signature: model.signature, what: `${model.name}@${model.version}` }));
  const session = await open(source);
  try {
    if (golden) await requireGolden(source, session, golden);
    else await warm(source, session, options.log);
  } catch (error) {
    await session.close();
    throw error;
  }
  const batchable = [...signature.inputs, ...signature.outputs].every((port) => port.shape[0] === -1);
  const batcher = new Batcher(session, { batchable, limits: options.limits, clock: options.clock, report: options.report });
  return { name, version, signature, outputs: signature.outputs.map((output) => output.name), batcher, session };
}

async function requireGolden(source: ModelSource, session: ModelSession, golden: Golden): Promise<void> {
  const report = await replayGolden(session, golden, source.signature);
  const first = report.differences[0];
  if (first === undefined) return;
  throw userError(
    "MODEL_GOLDEN_FAILED",
    `${source.name}@${source.version} fails ${report.failed} of ${report.cases} golden cases; case ${first.case}, output ${first.output}: ${first.got} instead of ${first.expected}`,
    "train and register the model again; its file or its golden.json is not what training wrote",
  );
}

/** The first run allocates; zeros may be no valid input of the model, so that a failure is only said. */
async function warm(source: ModelSource, session: ModelSession, log: Log): Promise<void> {
  try {
    await session.run(source.signature.inputs.map(zeros));
  } catch (error) {
    if (!isModelyardError(error) || error.code !== "MODEL_RUN_FAILED") throw error;
    log.warning(`${source.name}@${source.version} has no golden cases and did not run on zeros: ${messageOf(error)}`);
  }
}

function zeros(input: Signature["inputs"][number]): Tensor {
  const shape = input.shape.map((extent) => (extent === -1 ? 1 : extent));
  return { name: input.name, dtype: input.dtype, shape, data: emptyData(input.dtype, elementCount(shape)) };
}
