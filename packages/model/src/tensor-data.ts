import type { Dtype } from "./signature.ts";

/** Values of a tensor in row-major order: float16 as its bit patterns (Uint16Array), bool as 0 and 1 (Uint8Array), texts as an array. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | string[];

/** A tensor in memory; `data.length` is the product of `shape`. */
export interface Tensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

type TypedData = Exclude<TensorData, string[]>;
type ArrayOf<T> = {
  new (length: number): T;
  new (buffer: ArrayBuffer, offset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
};

const ARRAYS: Readonly<Record<Exclude<Dtype, "string">, ArrayOf<TypedData>>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

/** Bytes of one element; undefined for texts, whose size varies. */
export function elementBytes(dtype: Dtype): number | undefined {
  return dtype === "string" ? undefined : ARRAYS[dtype].BYTES_PER_ELEMENT;
}

/** Zero-filled (texts: empty) values for `length` elements. */
export function emptyData(dtype: Dtype, length: number): TensorData {
  return dtype === "string" ? new Array<string>(length).fill("") : new ARRAYS[dtype](length);
}

/** The values that `buffer` holds from `offset` on (a multiple of the element's size), as a view; little-endian. */
export function viewData(dtype: Exclude<Dtype, "string">, buffer: ArrayBuffer, offset: number, length: number): TensorData {
  return new ARRAYS[dtype](buffer, offset, length);
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** `[3, 64]` for messages. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
