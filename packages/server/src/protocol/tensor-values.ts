import { type Dtype, elementCount, emptyData, formatShape, setJsonValue, type TensorData, valueHint } from "@modelyard/model";
import { malformed, quote } from "../http-problem.ts";

/** Values of a tensor from the protocol's `data`: flat in row-major order, or nested as its shape. Throws HttpProblem 400. */
export function readValues(name: string, dtype: Dtype, shape: readonly number[], given: readonly unknown[]): TensorData {
  const size = elementCount(shape);
  const nested = Array.isArray(given[0]);
  // Counted before anything is allocated, so that a lying shape costs nothing.
  if (!nested && given.length !== size)
    throw malformed(`input ${quote(name)} has ${given.length} values for the shape ${formatShape(shape)}, which holds ${size}`);
  if (nested) requireCount(name, shape, given, 0);
  const data = emptyData(dtype, size);
  if (!nested) {
    for (let i = 0; i < size; i++) put(name, dtype, data, i, given[i]);
    return data;
  }
  let at = 0;
  const walk = (list: readonly unknown[], level: number): void => {
    for (const item of list) {
      if (level === shape.length - 1) put(name, dtype, data, at++, item);
      else walk(item as readonly unknown[], level + 1);
    }
  };
  walk(given, 0);
  return data;
}

/** Every list of a nested tensor has the length that the shape says; recursion ends at the rank, which is bounded. */
function requireCount(name: string, shape: readonly number[], list: readonly unknown[], level: number): void {
  if (list.length !== shape[level]) {
    throw malformed(
      `input ${quote(name)} has a list of ${list.length} at depth ${level + 1}; its shape ${formatShape(shape)} says ${shape[level] ?? "no such depth"}`,
    );
  }
  if (level === shape.length - 1) return;
  for (const item of list) {
    if (!Array.isArray(item)) throw malformed(`input ${quote(name)} has a value where its shape ${formatShape(shape)} says a list`);
    requireCount(name, shape, item, level + 1);
  }
}

function put(name: string, dtype: Dtype, data: TensorData, index: number, value: unknown): void {
  if (setJsonValue(dtype, data, index, value)) return;
  throw malformed(`value ${index} of input ${quote(name)}, ${quote(value)}, is not ${dtype}: ${valueHint(dtype)}`);
}
