import assert from "node:assert/strict";
import { test } from "node:test";
import type { Signature } from "@modelyard/model";
import { compareAnswers } from "../index.ts";

type Output = { readonly name: string; readonly datatype: string; readonly shape: number[]; readonly data: unknown[] };

const scores: Signature = {
  format: 1,
  task: "classification",
  inputs: [{ name: "x", dtype: "float32", shape: [-1, 1] }],
  outputs: [
    { name: "label", dtype: "int64", shape: [-1], role: "label", labels: ["cat", "dog"] },
    { name: "p", dtype: "float32", shape: [-1, 2], role: "probabilities", labels: ["cat", "dog"] },
  ],
};
const labels: Signature = { ...scores, outputs: [scores.outputs[0]!] };
const value: Signature = { ...scores, task: "regression", outputs: [{ name: "y", dtype: "float32", shape: [-1, 1], role: "value" }] };

const answer = (signature: Signature, outputs: Output[] | string, status = 200) => ({
  signature,
  status,
  body: Buffer.from(typeof outputs === "string" ? outputs : JSON.stringify({ outputs })),
});
const label = (...data: number[]): Output => ({ name: "label", datatype: "INT64", shape: [data.length], data });
const probabilities = (...rows: number[][]): Output => ({ name: "p", datatype: "FP32", shape: [rows.length, 2], data: rows.flat() });
const number = (...data: unknown[]): Output => ({ name: "y", datatype: "FP32", shape: [data.length, 1], data });

test("labels: equal, different, by row", () => {
  assert.deepEqual(compareAnswers(answer(labels, [label(0, 1, 1)]), answer(labels, [label(0, 0, 1)])), {
    kind: "compared",
    rows: 3,
    differing: 1,
  });
});

test("probabilities: the largest decides, whatever their values; nested data is the same as flat", () => {
  const stable = answer(scores, [label(0, 1), probabilities([0.9, 0.1], [0.4, 0.6])]);
  const nested: Output = {
    name: "p",
    datatype: "FP32",
    shape: [2, 2],
    data: [
      [0.51, 0.49],
      [0.7, 0.3],
    ],
  };
  assert.deepEqual(compareAnswers(stable, answer(scores, [label(0, 0), nested])), { kind: "compared", rows: 2, differing: 1 });
});

test("class names are compared, not their places: versions may order their classes otherwise", () => {
  const swapped: Signature = { ...labels, outputs: [{ ...labels.outputs[0]!, labels: ["dog", "cat"] }] };
  assert.deepEqual(compareAnswers(answer(labels, [label(0, 1)]), answer(swapped, [label(1, 0)])), {
    kind: "compared",
    rows: 2,
    differing: 0,
  });
});

test("numbers within 0.1 % agree; NaN agrees with NaN alone", () => {
  const compared = compareAnswers(answer(value, [number(100, 0, "NaN", "NaN", 5)]), answer(value, [number(100.05, 0.0009, "NaN", 1, 6)]));
  assert.deepEqual(compared, { kind: "compared", rows: 5, differing: 2 });
});

test("a failed answer is not compared; one that cannot be read, or has other rows, is lost", () => {
  const ok = answer(labels, [label(0)]);
  assert.deepEqual(compareAnswers(ok, answer(labels, "{}", 500)), { kind: "unanswered" });
  assert.deepEqual(compareAnswers(answer(labels, "{}", 503), ok), { kind: "unanswered" });
  for (const broken of [
    "",
    "null",
    "[]",
    "{}",
    '{"outputs":[null]}',
    '{"outputs":[{"name":"label","datatype":"INT64","shape":[-1],"data":[]}]}',
  ]) {
    assert.equal(compareAnswers(ok, answer(labels, broken)).kind, "lost", broken);
  }
  assert.equal(compareAnswers(ok, answer(labels, [label(0, 1)])).kind, "lost");
  assert.equal(compareAnswers(ok, answer(labels, [number(1)])).kind, "lost");
});
