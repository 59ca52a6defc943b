import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { formatOutputs, outputValues } from "./outputs.ts";
import type { ActionSpec, OutputsOf } from "./spec.ts";

const spec = {
  name: "example",
  description: "An example",
  inputs: {},
  outputs: {
    version: { type: "integer", description: "v" },
    "bytes-added": { type: "integer", description: "b" },
    changed: { type: "boolean", description: "c" },
    files: { type: "list", description: "f" },
    metrics: { type: "json", description: "m" },
    digest: { type: "string", description: "d" },
  },
} as const satisfies ActionSpec;
const outputs: OutputsOf<typeof spec> = { version: 12, bytesAdded: 0, changed: false, files: ["a", "b"], metrics: { accuracy: 0.9 } };

test("values keep their types under kebab-case names; absent ones are left out", () => {
  assert.deepEqual(outputValues(spec, outputs), {
    version: 12,
    "bytes-added": 0,
    changed: false,
    files: ["a", "b"],
    metrics: { accuracy: 0.9 },
  });
});

test("a workflow sees texts", () => {
  assert.deepEqual(formatOutputs(spec, outputs), [
    ["version", "12"],
    ["bytes-added", "0"],
    ["changed", "false"],
    ["files", "a,b"],
    ["metrics", '{"accuracy":0.9}'],
  ]);
});

test("what an operation returns beyond its declared outputs is not an output", () => {
  const rich = { ...outputs, report: "kept for callers in code" };
  assert.equal(Object.hasOwn(outputValues(spec, rich), "report"), false);
});

for (const wrong of [{ version: 1.5 }, { version: Number.NaN }, { changed: "true" }, { files: [1] }, { digest: 5 }]) {
  test(`a wrong value is a defect: ${JSON.stringify(wrong)}`, () => {
    assert.throws(
      () => outputValues(spec, wrong as unknown as OutputsOf<typeof spec>),
      (error) => hasCode(error, "OUTPUT_INVALID"),
    );
  });
}
