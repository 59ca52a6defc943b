import { userError } from "@modelyard/base";
import type { Signature, SignatureOutput } from "./signature.ts";
import { elementCount, formatShape, type Tensor } from "./tensor-data.ts";
import { numberAt } from "./tensor-json.ts";

/** What a model says of one row. */
export interface RowPrediction {
  /** Class name; only for classification. */
  readonly label: string | undefined;
  /** Probability of each class, in the order of `classNames`; only where the model gives them. */
  readonly scores: readonly number[] | undefined;
  /** Predicted number; only for regression. */
  readonly value: number | undefined;
}

/**
 * Reads the outputs row by row. A classification label comes from the probabilities by scikit-learn's rule (the first largest; of one column p, the second
 * class if p > 0.5), because runtimes break ties differently; without probabilities from the label output. Throws OUTPUT_MISSING, OUTPUT_SHAPE.
 */
export function readOutputs(signature: Signature, tensors: readonly Tensor[]): RowPrediction[] {
  if (signature.task === "regression") {
    const values = outputTensor(signature, tensors, "value")!;
    return rowsOf(values, (row, width) => ({ label: undefined, scores: undefined, value: numberAt(values, row * width) }));
  }
  const scored = signature.outputs.find((output) => output.role === "probabilities");
  if (!scored) return labelRows(signature, tensors);
  const tensor = outputTensor(signature, tensors, "probabilities")!;
  const names = classNames(signature);
  return rowsOf(tensor, (row, width) => {
    const scores = rowScores(tensor, row, width);
    const best = width === 1 ? Number(scores[1]! > 0.5) : argmax(scores);
    return { label: names?.[best] ?? String(best), scores, value: undefined };
  });
}

/** Names of the classes in the order of `scores`; undefined when the signature names none (a class is then its index). */
export function classNames(signature: Signature): readonly string[] | undefined {
  const scored = signature.outputs.find((output) => output.role === "probabilities");
  const label = signature.outputs.find((output) => output.role === "label");
  return scored?.labels ?? label?.labels;
}

function labelRows(signature: Signature, tensors: readonly Tensor[]): RowPrediction[] {
  const tensor = outputTensor(signature, tensors, "label")!;
  const names = classNames(signature);
  return rowsOf(tensor, (row, width) => {
    const raw = tensor.data[row * width]!;
    const label = typeof raw === "string" ? raw : (names?.[numberAt(tensor, row * width)] ?? String(raw));
    return { label, scores: undefined, value: undefined };
  });
}

function rowScores(tensor: Tensor, row: number, width: number): number[] {
  if (width === 1) {
    const p = numberAt(tensor, row);
    return [1 - p, p];
  }
  const scores = new Array<number>(width);
  for (let i = 0; i < width; i++) scores[i] = numberAt(tensor, row * width + i);
  return scores;
}

/** Index of the first largest value; a NaN counts as largest, as in numpy.argmax. */
export function argmax(values: readonly number[]): number {
  let best = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) return i;
    if (values[i]! > values[best]!) best = i;
  }
  return best;
}

function outputTensor(signature: Signature, tensors: readonly Tensor[], role: SignatureOutput["role"]): Tensor {
  const output = signature.outputs.find((candidate) => candidate.role === role);
  const tensor = tensors.find((candidate) => candidate.name === output?.name);
  if (tensor) return tensor;
  throw userError(
    "OUTPUT_MISSING",
    `the model gave no output with the role ${role}${output ? ` (${output.name})` : ""}`,
    "name the model's outputs and their roles in signature.json",
  );
}

function rowsOf(tensor: Tensor, read: (row: number, width: number) => RowPrediction): RowPrediction[] {
  const rows = tensor.shape[0];
  if (rows === undefined || tensor.data.length === 0) {
    if (rows === 0) return [];
    throw userError(
      "OUTPUT_SHAPE",
      `output ${tensor.name} has the shape ${formatShape(tensor.shape)}, which has no rows`,
      "give every output a batch extent first",
    );
  }
  const width = elementCount(tensor.shape.slice(1));
  return Array.from({ length: rows }, (_, row) => read(row, width));
}
