// The few parts of the ONNX format (github.com/onnx/onnx, onnx/onnx.proto, Apache-2.0) that a small classifier needs, written as protobuf bytes.

type Field = Uint8Array;
const encoder = new TextEncoder();

function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
}

function join(parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const int = (field: number, value: number): Field => join([varint(field << 3), varint(value)]);
const bytes = (field: number, value: Uint8Array): Field => join([varint((field << 3) | 2), varint(value.length), value]);
const text = (field: number, value: string): Field => bytes(field, encoder.encode(value));
const message = (field: number, parts: readonly Field[]): Field => bytes(field, join(parts));

const FLOAT = 1;
const INT64 = 7;

/** A constant: TensorProto with raw little-endian data. */
export function constant(name: string, shape: readonly number[], data: Float32Array | BigInt64Array): Field {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(5, [
    ...shape.map((extent) => int(1, extent)),
    int(2, data instanceof Float32Array ? FLOAT : INT64),
    text(8, name),
    bytes(9, raw),
  ]);
}

/** One operator: NodeProto; attributes are integers. */
export function node(op: string, inputs: readonly string[], output: string, attributes: Readonly<Record<string, number>> = {}): Field {
  const attribute = ([name, value]: [string, number]): Field => message(5, [text(1, name), int(3, value), int(20, 2)]);
  return message(1, [
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(3, output),
    text(4, op),
    ...Object.entries(attributes).map(attribute),
  ]);
}

/** An input or output of the graph; -1 is the batch. */
export function value(kind: "input" | "output", name: string, type: "float" | "int64", shape: readonly number[]): Field {
  const extents = shape.map((extent) => message(1, extent < 0 ? [text(2, "batch")] : [int(1, extent)]));
  const tensor = message(1, [int(1, type === "float" ? FLOAT : INT64), message(2, extents)]);
  return message(kind === "input" ? 11 : 12, [text(1, name), message(2, [tensor])]);
}

/** The whole file: ModelProto, IR version 8, opset 17. */
export function model(graphName: string, parts: readonly Field[]): Uint8Array {
  return join([int(1, 8), text(2, "digits-example"), message(7, [...parts, text(2, graphName)]), message(8, [text(1, ""), int(2, 17)])]);
}
