import assert from "node:assert/strict";
import { test } from "node:test";
import { compareGolden } from "./compare-golden.ts";
import type { Signature } from "./signature.ts";
import type { Tensor } from "./tensor-data.ts";

const p = (...values: number[]): Tensor => ({
  name: "p",
  dtype: "float32",
  shape: [values.length / 2, 2],
  data: Float32Array.from(values),
});
const label = (...values: bigint[]): Tensor => ({
  name: "label",
  dtype: "int64",
  shape: [values.length],
  data: BigInt64Array.from(values),
});
const signature: Signature = {
  format: 1,
  task: "classification",
  inputs: [{ name: "x", dtype: "float32", shape: [-1, 1] }],
  outputs: [
    { name: "label", dtype: "int64", shape: [-1], role: "label" },
    { name: "p", dtype: "float32", shape: [-1, 2], role: "probabilities", labels: ["a", "b"] },
  ],
};

test("values within |a-b| <= tolerance * (1 + |b|) agree, and NaN agrees with NaN", () => {
  assert.deepEqual(compareGolden([p(0.5, 100)], [p(0.5 + 1.4e-5, 100.0009)], 1e-5), []);
  assert.deepEqual(compareGolden([p(Number.NaN, Infinity)], [p(Number.NaN, Infinity)], 1e-5), []);
});

test("a value beyond the tolerance is named with its place", () => {
  const [difference] = compareGolden([p(0.5, 0.25)], [p(0.5, 0.75)], 1e-5);
  assert.deepEqual(difference, { output: "p", kind: "value", index: 1, expected: "0.25", got: "0.75" });
  assert.equal(compareGolden([p(0.5, 1)], [p(0.5, Number.NaN)], 1)[0]!.got, "NaN");
});

test("a missing output, another type and another shape are differences", () => {
  assert.equal(compareGolden([p(1, 0)], [], 1)[0]!.kind, "missing");
  assert.equal(compareGolden([p(1, 0)], [{ ...p(1, 0), dtype: "float64", data: Float64Array.of(1, 0) }], 1)[0]!.kind, "dtype");
  assert.equal(compareGolden([p(1, 0)], [{ ...p(1, 0), shape: [2, 1] }], 1)[0]!.kind, "shape");
});

test("labels must be equal, but where their probabilities tie", () => {
  const scores = p(0.5, 0.5, 0.9, 0.1);
  assert.deepEqual(compareGolden([label(0n, 0n), scores], [label(1n, 0n), scores], 1e-5, signature), []);
  assert.equal(compareGolden([label(0n, 0n), scores], [label(0n, 1n), scores], 1e-5, signature)[0]!.output, "label");
  assert.equal(compareGolden([label(0n, 0n), scores], [label(1n, 0n), scores], 1e-5).length, 1);
});

test("a broken output lists its first ten values", () => {
  assert.equal(compareGolden([p(...Array(100).fill(0))], [p(...Array(100).fill(1))], 1e-5).length, 10);
});
