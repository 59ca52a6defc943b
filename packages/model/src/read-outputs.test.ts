import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { argmax, readOutputs } from "./read-outputs.ts";
import type { Signature } from "./signature.ts";
import type { Tensor } from "./tensor-data.ts";

const input = { name: "x", dtype: "float32" as const, shape: [-1, 1] };
const classifier = (labels?: string[]): Signature => ({
  format: 1,
  task: "classification",
  inputs: [input],
  outputs: [
    { name: "label", dtype: "int64", shape: [-1], role: "label" },
    { name: "p", dtype: "float32", shape: [-1, 2], role: "probabilities", ...(labels && { labels }) },
  ],
});
const floats = (name: string, shape: number[], ...values: number[]): Tensor => ({
  name,
  dtype: "float32",
  shape,
  data: Float32Array.from(values),
});

test("a tie is the first class, whatever the runtime's label says (scikit-learn's argmax)", () => {
  const label: Tensor = { name: "label", dtype: "int64", shape: [2], data: BigInt64Array.of(1n, 1n) };
  const rows = readOutputs(classifier(["no", "yes"]), [label, floats("p", [2, 2], 0.5, 0.5, 0.25, 0.75)]);
  assert.deepEqual(rows, [
    { label: "no", scores: [0.5, 0.5], value: undefined },
    { label: "yes", scores: [0.25, 0.75], value: undefined },
  ]);
});

test("without names a class is its index", () => assert.equal(readOutputs(classifier(), [floats("p", [1, 2], 0, 1)])[0]!.label, "1"));

test("one column of probabilities is the second class's", () => {
  const signature = classifier(["no", "yes"]);
  const rows = readOutputs(signature, [floats("p", [3], 0.25, 0.5, 0.75)]);
  assert.deepEqual(
    rows.map((row) => [row.label, row.scores]),
    [
      ["no", [0.75, 0.25]],
      ["no", [0.5, 0.5]],
      ["yes", [0.25, 0.75]],
    ],
  );
});

test("without probabilities the label output speaks, by its labels or for itself", () => {
  const only = (labels?: string[]): Signature => ({
    ...classifier(),
    outputs: [{ ...classifier().outputs[0]!, ...(labels && { labels }) }],
  });
  const label: Tensor = { name: "label", dtype: "int64", shape: [2], data: BigInt64Array.of(1n, 7n) };
  assert.deepEqual(
    readOutputs(only(["a", "b"]), [label]).map((row) => row.label),
    ["b", "7"],
  );
  const text: Tensor = { name: "label", dtype: "string", shape: [1], data: ["cat"] };
  assert.equal(readOutputs(only(), [text])[0]!.label, "cat");
});

test("regression reads the value, float16 too", () => {
  const signature: Signature = {
    format: 1,
    task: "regression",
    inputs: [input],
    outputs: [{ name: "y", dtype: "float16", shape: [-1, 1], role: "value" }],
  };
  const rows = readOutputs(signature, [{ name: "y", dtype: "float16", shape: [2, 1], data: Uint16Array.of(0x3c00, 0xc000) }]);
  assert.deepEqual(
    rows.map((row) => row.value),
    [1, -2],
  );
});

test("an output that is not there is named", () => {
  assert.throws(
    () => readOutputs(classifier(), []),
    (error) => hasCode(error, "OUTPUT_MISSING") && /probabilities \(p\)/.test((error as Error).message),
  );
});

// numpy.argmax of NumPy 2.x: first maximum; NaN counts as the maximum.
test("argmax takes the first maximum, and NaN before all", () => {
  assert.equal(argmax([1, 3, 3]), 1);
  assert.equal(argmax([1, Number.NaN, 9]), 1);
});
