import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onnxModel } from "@modelyard/onnx/writer";

/** A model for tests, `y = 2a + b`, with its signature and 20 golden predictions, written into `directory`; `wrong` makes the predictions those of another model. */
export async function writeModelFiles(directory: string, options: { wrong?: boolean; factor?: number } = {}): Promise<void> {
  const factor = options.factor ?? 2;
  const weights = { name: "w", dtype: "float32", shape: [2, 1], data: new Float32Array([factor, 1]) } as const;
  const model = onnxModel({
    inputs: [{ name: "x", dtype: "float32", shape: ["batch", 2] }],
    outputs: [{ name: "y", dtype: "float32", shape: ["batch", 1] }],
    nodes: [{ op: "MatMul", inputs: ["x", "w"], outputs: ["y"] }],
    initializers: [weights],
  });
  const signature = {
    format: 1,
    task: "regression",
    inputs: [{ name: "x", dtype: "float32", shape: [-1, 2], columns: ["a", "b"] }],
    outputs: [{ name: "y", dtype: "float32", shape: [-1, 1], role: "value" }],
  };
  const cases = Array.from({ length: 20 }, (_, i) => ({
    inputs: [{ name: "x", dtype: "float32", shape: [1, 2], data: [i, 1] }],
    outputs: [{ name: "y", dtype: "float32", shape: [1, 1], data: [i * factor + (options.wrong ? 2 : 1)] }],
  }));
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "model.onnx"), model);
  await writeFile(join(directory, "signature.json"), JSON.stringify(signature));
  await writeFile(join(directory, "golden.json"), JSON.stringify({ format: 1, tolerance: 1e-5, cases }));
}
