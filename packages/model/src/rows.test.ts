import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { rowsToTensors, signatureColumns } from "./rows.ts";
import type { Signature } from "./signature.ts";

const signature: Signature = {
  format: 1,
  task: "classification",
  inputs: [
    { name: "pixels", dtype: "float32", shape: [-1, 1, 2], columns: ["a", "b"] },
    { name: "text", dtype: "string", shape: [-1], column: "t" },
    { name: "n", dtype: "int64", shape: [-1, 1], column: "n" },
  ],
  outputs: [{ name: "label", dtype: "int64", shape: [-1], role: "label" }],
};
const row = { a: "1.5", b: " -2e1 ", t: "hello", n: "9007199254740993" };

test("columns become typed tensors, row by row", () => {
  const [pixels, text, n] = rowsToTensors(signature, [row, { ...row, a: "nan", n: "3.0" }]);
  assert.deepEqual(pixels, { name: "pixels", dtype: "float32", shape: [2, 1, 2], data: Float32Array.of(1.5, -20, Number.NaN, -20) });
  assert.deepEqual(text, { name: "text", dtype: "string", shape: [2], data: ["hello", "hello"] });
  assert.deepEqual(n, { name: "n", dtype: "int64", shape: [2, 1], data: BigInt64Array.of(9007199254740993n, 3n) });
});

test("a signature's columns are listed once, in order", () => assert.deepEqual(signatureColumns(signature), ["a", "b", "t", "n"]));

const { b: _b, ...withoutB } = row;
const BAD: readonly (readonly [string, Record<string, string>, string, RegExp])[] = [
  ["a missing column", withoutB, "COLUMN_MISSING", /row 8 has no column "b", which the input pixels needs \(it has: a, t, n\)/],
  ["an empty cell", { ...row, a: " " }, "CELL_INVALID", /row 8, column "a": an empty cell is not float32/],
  ["a word", { ...row, a: "many" }, "CELL_INVALID", /row 8, column "a": "many" is not float32/],
  ["a hexadecimal number", { ...row, a: "0x10" }, "CELL_INVALID", /"0x10"/],
  ["a fraction for an integer", { ...row, n: "1.5" }, "CELL_INVALID", /column "n": "1.5" is not int64/],
  ["an integer out of range", { ...row, n: "9223372036854775808" }, "CELL_INVALID", /column "n"/],
];

for (const [name, bad, code, message] of BAD) {
  test(`${name} is one error naming column and row`, () => {
    assert.throws(
      () => rowsToTensors(signature, [row, bad], 7),
      (error) => hasCode(error, code) && message.test((error as Error).message),
    );
  });
}

test("a column that only every object has is missing", () => {
  const input = { name: "x", dtype: "string" as const, shape: [-1], column: "constructor" };
  assert.throws(
    () => rowsToTensors({ ...signature, inputs: [input] }, [row]),
    (error) => hasCode(error, "COLUMN_MISSING"),
  );
});

test("columns that do not fill a row, and an input without columns, are refused", () => {
  const wide = { ...signature.inputs[0]!, shape: [-1, 3] };
  assert.throws(
    () => rowsToTensors({ ...signature, inputs: [wide] }, [row]),
    (error) => hasCode(error, "SIGNATURE_COLUMNS"),
  );
  const bare = { name: "x", dtype: "float32" as const, shape: [-1, 3] };
  assert.throws(
    () => rowsToTensors({ ...signature, inputs: [bare] }, [row]),
    (error) => hasCode(error, "SIGNATURE_COLUMNS"),
  );
});
