// Turns a trained network into what Modelyard registers: model.onnx, signature.json, golden.json.

import { forward, type Network } from "./network.ts";
import { constant, model, node, value } from "./onnx.ts";

const PIXEL_MAX = 16;
export const digits: readonly string[] = Array.from({ length: 10 }, (_, i) => String(i));

/** How the batch leaves the exporter; `fixed-batch` is the classic mistake of exporting with the one example that was traced. */
export type BatchExport = "dynamic" | "fixed-batch";

/** The network as ONNX: pixels 0 to 16 [batch, 64] to `label` [batch] and `probabilities` [batch, 10]; the scaling is part of the graph. */
export function toOnnx(network: Network, batch: BatchExport): Uint8Array {
  const pixels = network[0]!.inputs;
  const parts: Uint8Array[] = [
    value("input", "pixels", "float", [-1, pixels]),
    value("output", "label", "int64", [-1]),
    value("output", "probabilities", "float", [-1, digits.length]),
    constant("scale", [1], new Float32Array([1 / PIXEL_MAX])),
  ];
  let input = "pixels";
  if (batch === "fixed-batch") {
    parts.push(constant("traced_shape", [2], new BigInt64Array([1n, BigInt(pixels)])), node("Reshape", [input, "traced_shape"], "traced"));
    input = "traced";
  }
  parts.push(node("Mul", [input, "scale"], "scaled"));
  parts.push(
    ...layers(network, "scaled"),
    node("Softmax", ["logits"], "probabilities", { axis: 1 }),
    node("ArgMax", ["probabilities"], "label", { axis: 1, keepdims: 0 }),
  );
  return model("digits", parts);
}

function layers(network: Network, first: string): Uint8Array[] {
  let input = first;
  return network.flatMap((layer, i) => {
    const last = i === network.length - 1;
    const output = last ? "logits" : `hidden${i}`;
    const parts = [
      constant(`weights${i}`, [layer.inputs, layer.outputs], Float32Array.from(layer.weights)),
      constant(`bias${i}`, [layer.outputs], Float32Array.from(layer.bias)),
      node("Gemm", [input, `weights${i}`, `bias${i}`], last ? output : `${output}_sum`),
      ...(last ? [] : [node("Relu", [`${output}_sum`], output)]),
    ];
    input = output;
    return parts;
  });
}

export function signature(columns: readonly string[]): object {
  return {
    format: 1,
    task: "classification",
    inputs: [{ name: "pixels", dtype: "float32", shape: [-1, columns.length], columns }],
    outputs: [
      { name: "label", dtype: "int64", shape: [-1], role: "label", labels: digits },
      { name: "probabilities", dtype: "float32", shape: [-1, digits.length], role: "probabilities", labels: digits },
    ],
  };
}

/** Inputs with the answers of this training code, so that whoever serves the model can prove that it serves the same one. */
export function golden(network: Network, rows: readonly (readonly number[])[]): object {
  const cases = rows.map((row) => {
    const probabilities = forward(
      network,
      Float64Array.from(row, (v) => v / PIXEL_MAX),
    ).at(-1)!;
    return {
      inputs: [{ name: "pixels", dtype: "float32", shape: [1, row.length], data: row }],
      outputs: [
        { name: "label", dtype: "int64", shape: [1], data: [probabilities.indexOf(Math.max(...probabilities))] },
        { name: "probabilities", dtype: "float32", shape: [1, digits.length], data: [...probabilities].map((p) => Math.fround(p)) },
      ],
    };
  });
  return { format: 1, tolerance: 1e-4, cases };
}
