import { elementCount, emptyData, formatShape, type Tensor, type TensorData } from "@modelyard/model";

/** Requests with equal keys can be rows of one batch: same types, same extents after the first. */
export function batchKey(inputs: readonly Tensor[]): string {
  return inputs.map((tensor) => `${tensor.dtype}${tensor.shape.slice(1).join(",")}`).join(";");
}

/** Stacks the requests' inputs along the first extent. */
export function joinInputs(requests: readonly (readonly Tensor[])[]): readonly Tensor[] {
  const first = requests[0]!;
  if (requests.length === 1) return first;
  return first.map((tensor, i) => {
    const parts = requests.map((request) => request[i]!);
    const rows = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
    const shape = [rows, ...tensor.shape.slice(1)];
    return { ...tensor, shape, data: joinData(tensor, parts, elementCount(shape)) };
  });
}

function joinData(like: Tensor, parts: readonly Tensor[], size: number): TensorData {
  if (like.dtype === "string") return parts.flatMap((part) => part.data as string[]);
  const data = emptyData(like.dtype, size) as Float32Array;
  let at = 0;
  for (const part of parts) {
    data.set(part.data as Float32Array, at);
    at += part.data.length;
  }
  return data;
}

/** The outputs of each request again, as views; a text says which output does not have one row for each row of input. */
export function splitOutputs(outputs: readonly Tensor[], rows: readonly number[]): Tensor[][] | string {
  const total = rows.reduce((sum, count) => sum + count, 0);
  const wrong = outputs.find((tensor) => tensor.shape[0] !== total);
  if (wrong) return `output ${wrong.name} has the shape ${formatShape(wrong.shape)} for a batch of ${total} rows`;
  let start = 0;
  return rows.map((count) => {
    const from = start;
    start += count;
    return outputs.map((tensor) => rowsOf(tensor, from, count));
  });
}

function rowsOf(tensor: Tensor, from: number, count: number): Tensor {
  const width = elementCount(tensor.shape.slice(1));
  const [start, end] = [from * width, (from + count) * width];
  const data = Array.isArray(tensor.data) ? tensor.data.slice(start, end) : tensor.data.subarray(start, end);
  return { ...tensor, shape: [count, ...tensor.shape.slice(1)], data };
}
