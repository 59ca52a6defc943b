import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { parseGolden, parsePredictionLine, parseSignature } from "./parse.ts";

const signature = {
  format: 1,
  task: "classification",
  inputs: [{ name: "x", dtype: "float32", shape: [-1, 2], columns: ["a", "b"] }],
  outputs: [{ name: "p", dtype: "float32", shape: [-1, 2], role: "probabilities", labels: ["no", "yes"] }],
};

test("a good signature parses", () => assert.equal(parseSignature(JSON.stringify(signature)).inputs[0]!.name, "x"));

const output = signature.outputs[0]!;
const BAD: readonly (readonly [string, object, RegExp])[] = [
  ["columns that do not fill a row", { inputs: [{ ...signature.inputs[0], columns: ["a"] }] }, /takes 2 values a row and names 1 columns/],
  ["both columns and column", { inputs: [{ ...signature.inputs[0], column: "a" }] }, /both columns and column/],
  ["labels that do not fill the probabilities", { outputs: [{ ...output, labels: ["a", "b", "c"] }] }, /2 columns and 3 labels/],
  ["two outputs of one name", { outputs: [output, output] }, /outputs name p twice/],
  ["nothing to judge by", { task: "regression" }, /needs an output with the role value/],
];

for (const [name, change, message] of BAD) {
  test(`${name}: one error naming the file`, () => {
    assert.throws(
      () => parseSignature(JSON.stringify({ ...signature, ...change }), "s.json"),
      (error) =>
        hasCode(error, "SIGNATURE_INVALID") && /^s\.json: /.test((error as Error).message) && message.test((error as Error).message),
    );
  });
}

test("a misspelt field and a newer format say what is wrong", () => {
  assert.throws(
    () => parseSignature(JSON.stringify({ ...signature, tasks: 1 })),
    (error) => hasCode(error, "DOCUMENT_INVALID"),
  );
  assert.throws(
    () => parseSignature(JSON.stringify({ ...signature, format: 2 })),
    (error) => hasCode(error, "FORMAT_TOO_NEW"),
  );
});

test("golden cases are 20 at least, and a prediction line needs its id", () => {
  assert.throws(
    () => parseGolden(JSON.stringify({ format: 1, tolerance: 1e-5, cases: [] })),
    (error) => hasCode(error, "DOCUMENT_INVALID"),
  );
  assert.throws(() => parsePredictionLine("{}", "line 3"), /line 3 .*id/);
});
