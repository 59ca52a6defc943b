import { userError } from "@modelyard/base";
import { fromFloat16Bits, toFloat16Bits } from "./float16.ts";
import type { Dtype } from "./signature.ts";
import type { JsonTensor } from "./tensor.ts";
import { elementCount, emptyData, formatShape, type Tensor, type TensorData } from "./tensor-data.ts";

/** A value of a tensor as JSON says it. */
export type JsonValue = number | string | boolean;

/** Whole numbers that each integer type holds. */
const RANGES: Readonly<Partial<Record<Dtype, readonly [bigint, bigint]>>> = {
  int8: [-128n, 127n],
  int16: [-32768n, 32767n],
  int32: [-2147483648n, 2147483647n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0n, 255n],
  uint16: [0n, 65535n],
  uint32: [0n, 4294967295n],
  uint64: [0n, 2n ** 64n - 1n],
};

const NOT_FINITE: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** The largest number that rounds to a finite value of the type (IEEE 754: half a step above the largest finite one is excluded). */
const LARGEST = { float16: 65519.99999999999, float32: 3.4028235677973362e38, float64: Number.MAX_VALUE } as const;

/** A tensor as JSON: 64-bit integers past 2^53 as decimal texts, NaN and the infinities as "NaN", "Infinity", "-Infinity", bool as true and false. */
export function tensorToJson(tensor: Tensor): JsonTensor {
  const data: JsonValue[] = new Array(tensor.data.length);
  for (let i = 0; i < data.length; i++) data[i] = valueToJson(tensor.dtype, tensor.data[i]!);
  return { name: tensor.name, dtype: tensor.dtype, shape: [...tensor.shape], data };
}

/** A tensor from its JSON form. Throws TENSOR_INVALID naming `what`, the tensor and the value. */
export function jsonToTensor(json: JsonTensor, what: string): Tensor {
  const size = elementCount(json.shape);
  if (size !== json.data.length) {
    throw userError(
      "TENSOR_INVALID",
      `${what}: ${json.name} has ${json.data.length} values for the shape ${formatShape(json.shape)}`,
      `give ${size} values, row by row`,
    );
  }
  const data = emptyData(json.dtype, size);
  for (let i = 0; i < size; i++) {
    if (!setJsonValue(json.dtype, data, i, json.data[i]!)) {
      throw userError(
        "TENSOR_INVALID",
        `${what}: value ${i} of ${json.name}, ${JSON.stringify(json.data[i])?.slice(0, 80)}, is not ${json.dtype}`,
        valueHint(json.dtype),
      );
    }
  }
  return { name: json.name, dtype: json.dtype, shape: json.shape, data };
}

/** How a value of this type is written in JSON. */
export function valueHint(dtype: Dtype): string {
  if (dtype === "string") return "write a text";
  if (dtype === "bool") return "write true or false";
  const range = RANGES[dtype];
  return range
    ? `write a whole number from ${range[0]} to ${range[1]}; past 2^53 as a text`
    : 'write a number, or "NaN", "Infinity", "-Infinity"';
}

/** Stores one JSON value (a bigint stands for a long integer literal) at `index`; false when the type cannot hold it. */
export function setJsonValue(dtype: Dtype, data: TensorData, index: number, value: unknown): boolean {
  switch (dtype) {
    case "string":
      return typeof value === "string" && set(data, index, value);
    case "bool":
      return (value === true || value === false || value === 0 || value === 1) && set(data, index, Number(value));
    case "float32":
    case "float64":
    case "float16":
      return setFloat(dtype, data, index, value);
    default:
      return setInteger(dtype, data, index, value);
  }
}

/** A finite number must stay finite in the narrower type; what is not finite comes as a word. */
function setFloat(dtype: "float32" | "float64" | "float16", data: TensorData, index: number, value: unknown): boolean {
  if (typeof value === "string") {
    const word = NOT_FINITE.get(value);
    return word !== undefined && set(data, index, dtype === "float16" ? toFloat16Bits(word) : word);
  }
  if (typeof value !== "number" && typeof value !== "bigint") return false;
  const number = Number(value);
  if (Math.abs(number) > LARGEST[dtype]) return false;
  return set(data, index, dtype === "float16" ? toFloat16Bits(number) : number);
}

function setInteger(dtype: Dtype, data: TensorData, index: number, value: unknown): boolean {
  const range = RANGES[dtype]!;
  let whole: bigint;
  if (typeof value === "number") {
    // Past 2^53 a number may already have lost its last digits.
    if (!Number.isSafeInteger(value)) return false;
    if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) {
      return value >= Number(range[0]) && value <= Number(range[1]) && set(data, index, value);
    }
    whole = BigInt(value);
  } else if (typeof value === "bigint") whole = value;
  else if (typeof value === "string" && /^-?\d{1,20}$/.test(value)) whole = BigInt(value);
  else return false;
  if (whole < range[0] || whole > range[1]) return false;
  return set(data, index, data instanceof BigInt64Array || data instanceof BigUint64Array ? whole : Number(whole));
}

function set(data: TensorData, index: number, value: number | bigint | string): true {
  (data as (number | bigint | string)[])[index] = value;
  return true;
}

function valueToJson(dtype: Dtype, value: number | bigint | string): JsonValue {
  if (typeof value === "string") return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (dtype === "bool") return value !== 0;
  const number = dtype === "float16" ? fromFloat16Bits(value) : value;
  return Number.isFinite(number) ? number : String(number);
}

/** Element `index` as a number (float16 decoded, 64-bit integers rounded, texts NaN). */
export function numberAt(tensor: Tensor, index: number): number {
  const value = tensor.data[index]!;
  return tensor.dtype === "float16" ? fromFloat16Bits(value as number) : Number(value);
}
