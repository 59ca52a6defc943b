import { toFloat16Bits } from "./float16.ts";
import type { Dtype } from "./signature.ts";
import type { TensorData } from "./tensor-data.ts";
import { setJsonValue } from "./tensor-json.ts";

const WORDS: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["+inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
  ["-infinity", Number.NEGATIVE_INFINITY],
]);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Stores a table's cell as `dtype`; false when it does not say such a value. Numbers as in CSV: decimal, with spaces around, `nan` and `inf` for floats. */
export function setCell(dtype: Dtype, data: TensorData, index: number, cell: string): boolean {
  if (dtype === "string") return setJsonValue(dtype, data, index, cell);
  const text = cell.trim();
  if (dtype === "bool") {
    const value = /^(?:true|1|1\.0)$/i.test(text) ? true : /^(?:false|0|0\.0)$/i.test(text) ? false : undefined;
    return value !== undefined && setJsonValue(dtype, data, index, value);
  }
  if (dtype === "float32" || dtype === "float64" || dtype === "float16") {
    const value = NUMBER.test(text) ? Number(text) : WORDS.get(text.toLowerCase());
    if (value === undefined) return false;
    (data as Float64Array)[index] = dtype === "float16" ? toFloat16Bits(value) : value;
    return true;
  }
  // Spreadsheets and data frames write whole numbers as 3.0.
  return setJsonValue(dtype, data, index, text.replace(/^\+/, "").replace(/\.0+$/, ""));
}
