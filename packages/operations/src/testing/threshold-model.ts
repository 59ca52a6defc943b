import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onnxModel } from "@modelyard/onnx/writer";

/** A classifier for tests: `yes` where a + bias is above 0, with its probability 1 / (1 + exp(-4 (a + bias))); `batch` fixes the batch extent. */
export async function writeThresholdModel(directory: string, options: { bias?: number; batch?: number } = {}): Promise<void> {
  const bias = (options.bias ?? 0) * 4;
  const batch = options.batch ?? "batch";
  const model = onnxModel({
    inputs: [{ name: "x", dtype: "float32", shape: [batch, 2] }],
    outputs: [{ name: "p", dtype: "float32", shape: [batch, 2] }],
    nodes: [
      { op: "MatMul", inputs: ["x", "w"], outputs: ["scaled"] },
      { op: "Add", inputs: ["scaled", "b"], outputs: ["logits"] },
      { op: "Softmax", inputs: ["logits"], outputs: ["p"], attributes: { axis: { int: 1 } } },
    ],
    initializers: [
      { name: "w", dtype: "float32", shape: [2, 2], data: new Float32Array([0, 4, 0, 0]) },
      { name: "b", dtype: "float32", shape: [2], data: new Float32Array([0, bias]) },
    ],
  });
  const signature = {
    format: 1,
    task: "classification",
    inputs: [{ name: "x", dtype: "float32", shape: [options.batch ?? -1, 2], columns: ["a", "b"] }],
    outputs: [{ name: "p", dtype: "float32", shape: [options.batch ?? -1, 2], role: "probabilities", labels: ["no", "yes"] }],
  };
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "model.onnx"), model);
  await writeFile(join(directory, "signature.json"), JSON.stringify(signature));
}
