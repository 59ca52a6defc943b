import type { Golden, Signature } from "@modelyard/model";
import { type OnnxGraph, onnxModel } from "../writer.ts";

/** Rows of two numbers -> softmax(x W + b) over three classes, and the class; the batch is free. */
export function classifierModel(): Uint8Array<ArrayBuffer> {
  return onnxModel({
    inputs: [{ name: "x", dtype: "float32", shape: ["batch", 2] }],
    outputs: [
      { name: "p", dtype: "float32", shape: ["batch", 3] },
      { name: "label", dtype: "int64", shape: ["batch"] },
    ],
    initializers: [
      { name: "w", dtype: "float32", shape: [2, 3], data: Float32Array.of(1, -1, 0.5, 0.25, 2, -0.75) },
      { name: "b", dtype: "float32", shape: [3], data: Float32Array.of(0.1, 0.2, -0.3) },
    ],
    nodes: [
      { op: "Gemm", inputs: ["x", "w", "b"], outputs: ["z"] },
      { op: "Softmax", inputs: ["z"], outputs: ["p"], attributes: { axis: { int: -1 } } },
      { op: "ArgMax", inputs: ["p"], outputs: ["label"], attributes: { axis: { int: 1 }, keepdims: { int: 0 } } },
    ],
  });
}

/** Signature of `classifierModel`. */
export const classifierSignature: Signature = {
  format: 1,
  task: "classification",
  inputs: [{ name: "x", dtype: "float32", shape: [-1, 2], columns: ["a", "b"] }],
  outputs: [
    { name: "p", dtype: "float32", shape: [-1, 3], role: "probabilities", labels: ["red", "green", "blue"] },
    { name: "label", dtype: "int64", shape: [-1], role: "label", labels: ["red", "green", "blue"] },
  ],
};

/** The probabilities of `classifierModel` for one row, in double precision. */
export function expectedProbabilities(a: number, b: number): number[] {
  const z = [a + 0.25 * b + 0.1, -a + 2 * b + 0.2, 0.5 * a - 0.75 * b - 0.3];
  const exps = z.map((value) => Math.exp(value - Math.max(...z)));
  const sum = exps.reduce((x, y) => x + y, 0);
  return exps.map((value) => value / sum);
}

/** Twenty golden cases of `classifierModel`, from the formula and not from a runtime. */
export function classifierGolden(): Golden {
  const cases = Array.from({ length: 20 }, (_, i) => {
    const [a, b] = [i / 4 - 2, 1 - i / 8];
    const p = expectedProbabilities(a, b);
    return {
      inputs: [{ name: "x", dtype: "float32" as const, shape: [1, 2], data: [a, b] }],
      outputs: [
        { name: "p", dtype: "float32" as const, shape: [1, 3], data: p },
        { name: "label", dtype: "int64" as const, shape: [1], data: [p.indexOf(Math.max(...p))] },
      ],
    };
  });
  return { format: 1, tolerance: 1e-5, cases };
}

/** Declares a free batch and reshapes to one row: right for every golden case of one row, wrong for every batch. */
export function fixedBatchModel(): Uint8Array<ArrayBuffer> {
  return onnxModel({
    inputs: [{ name: "x", dtype: "float32", shape: ["batch", 2] }],
    outputs: [{ name: "y", dtype: "float32", shape: ["batch", 2] }],
    initializers: [{ name: "shape", dtype: "int64", shape: [2], data: BigInt64Array.of(1n, 2n) }],
    nodes: [{ op: "Reshape", inputs: ["x", "shape"], outputs: ["y"] }],
  });
}

/** Signature of `fixedBatchModel`. */
export const fixedBatchSignature: Signature = {
  format: 1,
  task: "regression",
  inputs: [{ name: "x", dtype: "float32", shape: [-1, 2] }],
  outputs: [{ name: "y", dtype: "float32", shape: [-1, 2], role: "value" }],
};

/** Allocates as many float32 as its input says. */
export function allocationBomb(): Uint8Array<ArrayBuffer> {
  return onnxModel({
    inputs: [{ name: "n", dtype: "int64", shape: [1] }],
    outputs: [{ name: "y", dtype: "float32", shape: ["k"] }],
    nodes: [{ op: "ConstantOfShape", inputs: ["n"], outputs: ["y"] }],
  });
}

/** Runs 2^62 trips of a loop. */
export function endlessLoop(): Uint8Array<ArrayBuffer> {
  const body: OnnxGraph = {
    inputs: [
      { name: "i", dtype: "int64", shape: [] },
      { name: "go", dtype: "bool", shape: [] },
      { name: "v", dtype: "float32", shape: [1] },
    ],
    outputs: [
      { name: "go_on", dtype: "bool", shape: [] },
      { name: "v_next", dtype: "float32", shape: [1] },
    ],
    nodes: [
      { op: "Identity", inputs: ["go"], outputs: ["go_on"] },
      { op: "Add", inputs: ["v", "v"], outputs: ["v_next"] },
    ],
  };
  return onnxModel({
    inputs: [{ name: "x", dtype: "float32", shape: [1] }],
    outputs: [{ name: "y", dtype: "float32", shape: [1] }],
    initializers: [
      { name: "trips", dtype: "int64", shape: [], data: BigInt64Array.of(2n ** 62n) },
      { name: "go", dtype: "bool", shape: [], data: Uint8Array.of(1) },
    ],
    nodes: [{ op: "Loop", inputs: ["trips", "go", "x"], outputs: ["y"], attributes: { body: { graph: body } } }],
  });
}
