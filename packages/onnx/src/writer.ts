import { concatBytes, defect, utf8 } from "@modelyard/base";
import type { Dtype, TensorData } from "@modelyard/model";
import { ONNX_DATA_TYPE } from "./data-type.ts";

/** An extent: a number, or a text such as "batch" that names one a call chooses. */
export type OnnxExtent = number | string;

/** Declared input or output of a graph. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly OnnxExtent[];
}

/** A constant of a graph: row-major data (float16 as bit patterns in a Uint16Array, bool as 0 and 1 in a Uint8Array). */
export interface OnnxTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Value of a node's attribute, by the kind the operator's specification names. */
export type OnnxAttribute =
  | { readonly int: number | bigint }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly (number | bigint)[] }
  | { readonly floats: readonly number[] }
  | { readonly texts: readonly string[] }
  | { readonly tensor: OnnxTensor }
  | { readonly graph: OnnxGraph };

/** One operator call; `inputs` and `outputs` name values, "" is an input left out. Operators: https://onnx.ai/onnx/operators/. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Operator domain; absent is the standard one, `ai.onnx.ml` the classical models'. */
  readonly domain?: string;
}

export interface OnnxGraph {
  readonly name?: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** In an order in which every input is made before it is used. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers?: readonly OnnxTensor[];
}

export interface OnnxModelSpec extends OnnxGraph {
  /** Version of the standard operators; default 17. */
  readonly opset?: number;
  /** Further operator domains and their versions. */
  readonly domains?: Readonly<Record<string, number>>;
  readonly irVersion?: number;
  readonly producer?: string;
  /** Texts stored with the model (`metadata_props`). */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Opset 17 (IR version 8) is read by every runtime since 2022 and has all operators of a dense or convolutional network. */
const DEFAULT_OPSET = 17;
const DEFAULT_IR_VERSION = 8;

/**
 * Bytes of an ONNX model (`ModelProto` of onnx.proto), the same for the same specification. Throws ONNX_TENSOR when a constant's data does not fill its
 * shape. The graph itself is judged by the runtime that opens it.
 *
 * @example onnxModel({ inputs: [{ name: "x", dtype: "float32", shape: ["batch", 2] }], outputs: [{ name: "y", dtype: "float32", shape: ["batch", 1] }],
 *   nodes: [{ op: "MatMul", inputs: ["x", "w"], outputs: ["y"] }], initializers: [{ name: "w", dtype: "float32", shape: [2, 1], data: Float32Array.of(1, 2) }] })
 */
export function onnxModel(spec: OnnxModelSpec): Uint8Array<ArrayBuffer> {
  const domains: [string, number][] = [["", spec.opset ?? DEFAULT_OPSET], ...Object.entries(spec.domains ?? {})];
  return concatBytes([
    integer(1, spec.irVersion ?? DEFAULT_IR_VERSION),
    text(2, spec.producer ?? "modelyard"),
    message(7, graph(spec)),
    ...domains.map(([domain, version]) => message(8, [text(1, domain), integer(2, version)])),
    ...Object.entries(spec.metadata ?? {}).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
  ]);
}

function graph(spec: OnnxGraph): Uint8Array[] {
  return [
    ...spec.nodes.map((node) => message(1, nodeFields(node))),
    text(2, spec.name ?? "graph"),
    ...(spec.initializers ?? []).map((tensor) => message(5, tensorFields(tensor))),
    ...spec.inputs.map((value) => message(11, valueFields(value))),
    ...spec.outputs.map((value) => message(12, valueFields(value))),
  ];
}

function nodeFields(node: OnnxNode): Uint8Array[] {
  return [
    ...node.inputs.map((name) => text(1, name)),
    ...node.outputs.map((name) => text(2, name)),
    text(4, node.op),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) => message(5, [text(1, name), ...attributeFields(value)])),
    ...(node.domain === undefined ? [] : [text(7, node.domain)]),
  ];
}

/** Field of the value, then field 20: its kind (`AttributeProto.AttributeType`). */
function attributeFields(value: OnnxAttribute): Uint8Array[] {
  if ("int" in value) return [integer(3, value.int), integer(20, 2)];
  if ("float" in value) return [float(2, value.float), integer(20, 1)];
  if ("text" in value) return [text(4, value.text), integer(20, 3)];
  if ("ints" in value) return [...value.ints.map((item) => integer(8, item)), integer(20, 7)];
  if ("floats" in value) return [...value.floats.map((item) => float(7, item)), integer(20, 6)];
  if ("texts" in value) return [...value.texts.map((item) => text(9, item)), integer(20, 8)];
  if ("tensor" in value) return [message(5, tensorFields(value.tensor)), integer(20, 4)];
  return [message(6, graph(value.graph)), integer(20, 5)];
}

function tensorFields(tensor: OnnxTensor): Uint8Array[] {
  const size = tensor.shape.reduce((product, extent) => product * extent, 1);
  if (size !== tensor.data.length) {
    throw defect("ONNX_TENSOR", `constant ${tensor.name} has ${tensor.data.length} values for the shape [${tensor.shape.join(", ")}]`);
  }
  const head = [...tensor.shape.map((extent) => integer(1, extent)), integer(2, ONNX_DATA_TYPE[tensor.dtype]), text(8, tensor.name)];
  if (Array.isArray(tensor.data)) return [...head, ...tensor.data.map((item) => text(6, item))];
  // raw_data is little-endian, as is every machine that runs Node.
  return [...head, delimited(9, new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength))];
}

function valueFields(value: OnnxValue): Uint8Array[] {
  const dims = value.shape.map((extent) => message(1, [typeof extent === "number" ? integer(1, extent) : text(2, extent)]));
  const tensorType = message(1, [integer(1, ONNX_DATA_TYPE[value.dtype]), message(2, dims)]);
  return [text(1, value.name), message(2, [tensorType])];
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

function tag(field: number, wire: number): number[] {
  return varint(BigInt((field << 3) | wire));
}

function integer(field: number, value: number | bigint): Uint8Array {
  return Uint8Array.from([...tag(field, 0), ...varint(BigInt(value))]);
}

function float(field: number, value: number): Uint8Array {
  return concatBytes([Uint8Array.from(tag(field, 5)), new Uint8Array(Float32Array.of(value).buffer)]);
}

function delimited(field: number, content: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.from([...tag(field, 2), ...varint(BigInt(content.length))]), content]);
}

function text(field: number, value: string): Uint8Array {
  return delimited(field, utf8(value));
}

function message(field: number, fields: readonly Uint8Array[]): Uint8Array {
  return delimited(field, concatBytes(fields));
}
