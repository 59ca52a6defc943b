import { userError } from "@modelyard/base";
import type { Signature, Tensor, TensorData } from "@modelyard/model";
import type { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { inspectOnnx, type OnnxPort } from "./inspect.ts";
import type { ModelSession } from "./model-session.ts";
import { refuseNul } from "./refuse-nul.ts";
import { loadRuntime } from "./runtime.ts";
import { runtimeMessage } from "./runtime-message.ts";
import { requireSignature } from "./signature-check.ts";

export { type GoldenReport, replayGolden } from "./golden.ts";
export { type IsolationOptions, openIsolatedModel } from "./isolated.ts";
export type { ModelSession } from "./model-session.ts";
export { findRuntime, loadRuntime, RUNTIME_VARIABLE } from "./runtime.ts";
export { checkModelAgainstSignature, requireSignature } from "./signature-check.ts";

export interface OpenOptions {
  /** Checked against the model when given. */
  readonly signature?: Signature | undefined;
  /** Threads of one operator; default 1, the fastest for small models and fair to neighbours. */
  readonly threads?: number | undefined;
  /** Names the model in messages; default "the model". */
  readonly what?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Quiet but for crashes: failures reach the caller as errors. */
const LOG_FATAL_ONLY = 4;

/**
 * Opens a model from bytes in this process, on the CPU, after `inspectOnnx`; nothing is read from disk on its behalf. For models from others take
 * `openIsolatedModel`. Throws what `inspectOnnx` throws, ONNX_RUNTIME_MISSING, MODEL_OPEN_FAILED, MODEL_SIGNATURE_MISMATCH.
 */
export async function openModel(bytes: Uint8Array, options: OpenOptions = {}): Promise<ModelSession> {
  const what = options.what ?? "the model";
  const info = inspectOnnx(bytes, what);
  if (options.signature) requireSignature(info, options.signature, what);
  const runtime = loadRuntime(options.env);
  let session: InferenceSession;
  try {
    session = await runtime.InferenceSession.create(bytes, {
      executionProviders: ["cpu"],
      intraOpNumThreads: options.threads ?? 1,
      interOpNumThreads: 1,
      logSeverityLevel: LOG_FATAL_ONLY,
    });
  } catch (cause) {
    throw userError(
      "MODEL_OPEN_FAILED",
      `${what} cannot be opened: ${runtimeMessage(cause)}`,
      "check it with onnx.checker.check_model and export it again",
      cause,
    );
  }
  return new RuntimeSession(session, info.inputs, info.outputs, what);
}

class RuntimeSession implements ModelSession {
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  private readonly session: InferenceSession;
  private readonly what: string;

  constructor(session: InferenceSession, inputs: readonly OnnxPort[], outputs: readonly OnnxPort[], what: string) {
    this.session = session;
    this.inputs = inputs;
    this.outputs = outputs;
    this.what = what;
  }

  async run(inputs: readonly Tensor[]): Promise<Tensor[]> {
    refuseNul(inputs, this.what);
    try {
      const feeds: Record<string, RuntimeTensor> = {};
      for (const tensor of inputs) feeds[tensor.name] = toRuntime(tensor);
      const results = await this.session.run(feeds);
      return this.session.outputNames.map((name) => fromRuntime(name, results[name]!));
    } catch (cause) {
      throw userError(
        "MODEL_RUN_FAILED",
        `${this.what} failed: ${runtimeMessage(cause)}`,
        "run the same input with the training framework's ONNX check",
        cause,
      );
    }
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

/**
 * A tensor as the native binding reads one. The runtime's own class would turn float16 into a Float16Array, of which the binding sees no bytes (1.30.0).
 */
function toRuntime(tensor: Tensor): RuntimeTensor {
  return { type: tensor.dtype, dims: tensor.shape, data: tensor.data, location: "cpu" } as unknown as RuntimeTensor;
}

function fromRuntime(name: string, tensor: RuntimeTensor): Tensor {
  if (tensor.type === "int4" || tensor.type === "uint4")
    throw new TypeError(`output ${name} has the element type ${tensor.type}, which no signature can name`);
  const data = tensor.data as TensorData;
  // Runtimes with a Float16Array hand one out; ours are the bit patterns.
  const bits = tensor.type === "float16" && !(data instanceof Uint16Array) ? halfBits(data as unknown as Uint8Array) : data;
  return { name, dtype: tensor.type, shape: tensor.dims, data: bits };
}

function halfBits(data: { readonly buffer: ArrayBufferLike; readonly byteOffset: number; readonly length: number }): Uint16Array {
  return new Uint16Array(data.buffer, data.byteOffset, data.length);
}
