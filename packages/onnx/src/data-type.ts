import type { Dtype } from "@modelyard/model";

/** `TensorProto.DataType` of onnx.proto for the element types that a signature can name. */
export const ONNX_DATA_TYPE: Readonly<Record<Dtype, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

const BY_NUMBER: ReadonlyMap<number, Dtype> = new Map(Object.entries(ONNX_DATA_TYPE).map(([dtype, number]) => [number, dtype as Dtype]));

/** Our name of an ONNX element type; undefined for those no signature can name (complex, bfloat16, float8, int4). */
export function dtypeOfOnnx(number: number): Dtype | undefined {
  return BY_NUMBER.get(number);
}
