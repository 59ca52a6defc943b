import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import fc from "fast-check";
import type { Dtype } from "./signature.ts";
import { dataFromBytes, tensorToBytes } from "./tensor-bytes.ts";
import type { Tensor, TensorData } from "./tensor-data.ts";
import { jsonToTensor, tensorToJson } from "./tensor-json.ts";

const DATA: Readonly<Record<Dtype, fc.Arbitrary<TensorData>>> = {
  float32: fc.float32Array(),
  float64: fc.float64Array(),
  float16: fc.uint16Array().filter((bits) => bits.every((value) => (value & 0x7c00) !== 0x7c00 || (value & 0x3ff) === 0)),
  int8: fc.int8Array(),
  int16: fc.int16Array(),
  int32: fc.int32Array(),
  int64: fc.bigInt64Array(),
  uint8: fc.uint8Array(),
  uint16: fc.uint16Array(),
  uint32: fc.uint32Array(),
  uint64: fc.bigUint64Array(),
  bool: fc.uint8Array({ max: 1 }),
  string: fc.array(fc.string({ unit: "binary" })),
};
const DTYPES = Object.keys(DATA) as Dtype[];
const anyTensor = fc
  .constantFrom(...DTYPES)
  .chain((dtype) => DATA[dtype].map((data): Tensor => ({ name: "x", dtype, shape: [data.length], data })));

test("tensors of every type survive JSON text", () => {
  fc.assert(
    fc.property(anyTensor, (tensor) => {
      const back = jsonToTensor(JSON.parse(JSON.stringify(tensorToJson(tensor))), "the text");
      // JSON.stringify writes -0 as 0; the values are equal all the same.
      assert.deepEqual([...back.data].map(plusZero), [...tensor.data].map(plusZero));
    }),
  );
});

function plusZero(value: unknown): unknown {
  return value === 0 ? 0 : value;
}

test("tensors of every type survive raw bytes", () => {
  fc.assert(
    fc.property(anyTensor, (tensor) => {
      assert.deepEqual(dataFromBytes(tensor.dtype, tensorToBytes(tensor), tensor.data.length), tensor.data);
    }),
  );
});

test("raw bytes of another length are refused with both numbers", () => {
  assert.equal(dataFromBytes("float32", new Uint8Array(7), 2), "7 bytes given, 2 values of float32 take 8");
  assert.equal(dataFromBytes("string", Uint8Array.of(9, 0, 0, 0, 65), 1), "text 0 runs past the end");
  assert.equal(dataFromBytes("string", Uint8Array.of(1, 0, 0, 0, 0xff), 1), "text 0 is not UTF-8");
  assert.equal(dataFromBytes("string", new Uint8Array(8), 1), "4 bytes after the last text");
  assert.equal(dataFromBytes("bool", Uint8Array.of(0, 2), 2), "a bool is neither 0 nor 1");
});

test("64-bit integers past 2^53 are texts, and NaN and the infinities are words", () => {
  const longs = tensorToJson({ name: "n", dtype: "int64", shape: [2], data: BigInt64Array.of(5n, -(2n ** 63n)) });
  assert.deepEqual(longs.data, [5, "-9223372036854775808"]);
  const floats = tensorToJson({ name: "f", dtype: "float32", shape: [3], data: Float32Array.of(Number.NaN, Infinity, -Infinity) });
  assert.deepEqual(floats.data, ["NaN", "Infinity", "-Infinity"]);
});

const REFUSED: readonly (readonly [Dtype, number | string | boolean])[] = [
  ["int8", 128],
  ["uint8", -1],
  ["int32", 1.5],
  ["int64", 2 ** 53],
  ["int64", "9223372036854775808"],
  ["uint64", "-1"],
  ["int64", "1e3"],
  ["float32", "1.5"],
  ["float32", 3.5e38],
  ["float16", 65520],
  ["float64", Number.POSITIVE_INFINITY],
  ["bool", 2],
  ["bool", "true"],
  ["string", 1],
];

for (const [dtype, value] of REFUSED) {
  test(`${dtype} refuses ${JSON.stringify(value)}, naming the value and the way to write it`, () => {
    assert.throws(
      () => jsonToTensor({ name: "x", dtype, shape: [1], data: [value] }, "the test"),
      (error) => hasCode(error, "TENSOR_INVALID") && /value 0 of x/.test((error as Error).message),
    );
  });
}

test("too few values for the shape are refused", () => {
  assert.throws(() => jsonToTensor({ name: "x", dtype: "int8", shape: [2, 2], data: [1] }, "the test"), /1 values for the shape \[2, 2\]/);
});
