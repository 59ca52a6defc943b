import type { Dtype } from "./signature.ts";

/** Datatypes of the Open Inference Protocol for our element types (inference_rest.md, "Tensor Data Types"). */
export const DATATYPES: Readonly<Record<Dtype, string>> = {
  bool: "BOOL",
  uint8: "UINT8",
  uint16: "UINT16",
  uint32: "UINT32",
  uint64: "UINT64",
  int8: "INT8",
  int16: "INT16",
  int32: "INT32",
  int64: "INT64",
  float16: "FP16",
  float32: "FP32",
  float64: "FP64",
  string: "BYTES",
};

const BY_NAME: ReadonlyMap<string, Dtype> = new Map(Object.entries(DATATYPES).map(([dtype, name]) => [name, dtype as Dtype]));

/** Our element type of a protocol datatype. */
export function dtypeOf(datatype: string): Dtype | undefined {
  return BY_NAME.get(datatype);
}
