import { formatBytes, userError } from "@modelyard/base";
import { type OnnxPort, scanModel } from "./model-scan.ts";

/** What the bytes of a model say of it, without running anything. */
export interface OnnxInfo {
  readonly irVersion: number;
  readonly producer: string;
  /** Operator domain ("" is the standard one) -> version. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /** Operator types in use, `domain:Type` outside the standard domain, sorted. */
  readonly operators: readonly string[];
  readonly nodes: number;
  readonly initializerBytes: number;
}

export interface InspectOptions {
  /** Operator domains allowed beside the standard ones. */
  readonly allowDomains?: readonly string[];
  readonly maxBytes?: number;
}

/** Domains whose operators the runtime ships; any other needs a library of the model's author. */
const KNOWN_DOMAINS: ReadonlySet<string> = new Set([
  "",
  "ai.onnx",
  "ai.onnx.ml",
  "com.microsoft",
  "com.microsoft.nchwc",
  "ai.onnx.preview.training",
]);
/** protobuf's own limit; a larger model must keep its weights outside, which is refused. */
const MAX_MODEL_BYTES = 2 * 1024 ** 3;

/**
 * Reads the few fields of `ModelProto` (onnx.proto) that say how a model is called and whether it is safe to open. Throws MODEL_NOT_ONNX, MODEL_TOO_LARGE,
 * MODEL_EXTERNAL_DATA, MODEL_UNKNOWN_OPERATORS; `what` names the model in messages.
 */
export function inspectOnnx(bytes: Uint8Array, what = "the model", options: InspectOptions = {}): OnnxInfo {
  if (bytes.length > (options.maxBytes ?? MAX_MODEL_BYTES)) {
    throw userError(
      "MODEL_TOO_LARGE",
      `${what} has ${formatBytes(bytes.length)}; ${formatBytes(options.maxBytes ?? MAX_MODEL_BYTES)} are allowed`,
      "export a smaller model",
    );
  }
  const found = scanModel(bytes, what);
  const unknown = [...found.domains].filter(
    (domain) => !KNOWN_DOMAINS.has(domain) && !found.functionDomains.has(domain) && !options.allowDomains?.includes(domain),
  );
  if (unknown.length > 0) {
    throw userError(
      "MODEL_UNKNOWN_OPERATORS",
      `${what} uses operators of ${unknown.map((domain) => `"${domain.slice(0, 60)}"`).join(", ")}, which the runtime does not ship`,
      "export the model with standard ONNX operators alone",
    );
  }
  return {
    irVersion: found.irVersion,
    producer: found.producer,
    opsets: found.opsets,
    inputs: found.inputs.filter((port) => !found.initializers.has(port.name)),
    outputs: found.outputs,
    operators: [...found.operators].sort(),
    nodes: found.nodes,
    initializerBytes: found.initializerBytes,
  };
}

export type { OnnxPort } from "./model-scan.ts";
