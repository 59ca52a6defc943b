import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { expectedText, parseValue } from "./parse-value.ts";
import type { InputSpec } from "./spec.ts";

type Shape = Pick<InputSpec, "type" | "values" | "separator" | "min" | "above" | "max">;
const WRONG = Symbol("wrong");

const CASES: readonly [text: string, shape: Shape, expected: unknown][] = [
  ...["true", "True", "TRUE"].map((text) => [text, { type: "boolean" }, true] as [string, Shape, unknown]),
  ...["false", "False", "FALSE"].map((text) => [text, { type: "boolean" }, false] as [string, Shape, unknown]),
  ...["yes", "no", "on", "1", "0", "tRUE", "treu", "true "].map((text) => [text, { type: "boolean" }, WRONG] as [string, Shape, unknown]),
  ["12", { type: "integer" }, 12],
  ["-3", { type: "integer" }, -3],
  ...["1.0", "1e3", "007", "+5", "0x10", "1_000", "12abc", "9007199254740993", "٣"].map(
    (text) => [text, { type: "integer" }, WRONG] as [string, Shape, unknown],
  ),
  ["0.05", { type: "float" }, 0.05],
  [".5", { type: "float" }, 0.5],
  ["1e-3", { type: "float" }, 0.001],
  ...["NaN", "Infinity", "1e400", "1,5", "5%"].map((text) => [text, { type: "float" }, WRONG] as [string, Shape, unknown]),
  ["1h30m", { type: "duration" }, 5_400_000],
  ["90", { type: "duration" }, WRONG],
  ["1", { type: "integer", min: 1 }, 1],
  ["0", { type: "integer", min: 1 }, WRONG],
  ["1", { type: "float", min: 0, max: 1 }, 1],
  ["1.01", { type: "float", min: 0, max: 1 }, WRONG],
  ["0", { type: "float", above: 0 }, WRONG],
  ["0s", { type: "duration", above: 0 }, WRONG],
  ["1ms", { type: "duration", above: 0 }, 1],
  ["b", { type: "enum", values: ["a", "b"] }, "b"],
  ["B", { type: "enum", values: ["a", "b"] }, WRONG],
  ["shadow, 10,,100", { type: "list" }, ["shadow", "10", "100"]],
  ["a, b\nc", { type: "list", separator: "\n" }, ["a, b", "c"]],
  ["a\r\nb", { type: "list" }, ["a", "b"]],
  ["a, c", { type: "list", values: ["a", "b"] }, WRONG],
  ['{"lr":0.1}', { type: "json" }, { lr: 0.1 }],
  ['{"__proto__":{}}', { type: "json" }, WRONG],
];

for (const [text, shape, expected] of CASES) {
  test(`${shape.type} of ${JSON.stringify(text)}`, () => {
    const parsed = parseValue(text, shape);
    if (expected === WRONG) assert.equal(parsed.kind, "wrong");
    else assert.deepEqual(parsed, { kind: "value", value: expected });
  });
}

test("what was expected names the bounds", () => {
  const shapes: Shape[] = [
    { type: "integer", min: 1 },
    { type: "float", min: 0, max: 1 },
    { type: "float", above: 0, max: 0.5 },
    { type: "float", max: 2 },
    { type: "duration", above: 0 },
    { type: "float" },
  ];
  assert.deepEqual(shapes.map(expectedText), [
    "a whole number of at least 1",
    "a number from 0 to 1",
    "a number above 0 and at most 0.5",
    "a number of at most 2",
    "a duration above 0 such as 30s, 5m, 2h",
    "a number",
  ]);
});

test("every whole number and every finite number is read back", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }), (whole, number) => {
      assert.deepEqual(parseValue(String(whole), { type: "integer" }), { kind: "value", value: whole });
      assert.deepEqual(parseValue(String(number), { type: "float" }), { kind: "value", value: Number(String(number)) });
    }),
  );
});
