import assert from "node:assert/strict";
import { test } from "node:test";
import { type ExpressionScope, evaluateExpression, interpolate, isConditionMet } from "./expression.ts";

const scope: ExpressionScope = {
  contexts: { inputs: { run: "R1", list: ["a", "b"] }, env: {}, steps: { a: { outputs: { x: "5" } } } },
  status: "success",
};

test("expressions", () => {
  const table: [string, unknown][] = [
    ["inputs.run", "R1"],
    ["steps.a.outputs.x", "5"],
    ["inputs.nothing || 'fallback'", "fallback"],
    ["inputs.run == 'r1' && 'yes' || 'no'", "yes"],
    ["!(inputs.run != 'R1')", true],
    ["toJSON(inputs.list)", '[\n  "a",\n  "b"\n]'],
    ["fromJSON('[1,2]')[1]", null],
    ["format('{0}-{1}', inputs.run, 7)", "R1-7"],
    ["contains(inputs.list, 'b')", true],
    ["'it''s'", "it's"],
  ];
  for (const [source, expected] of table)
    assert.deepEqual(evaluateExpression(source, scope), source.startsWith("fromJSON") ? 2 : expected, source);
  assert.equal(interpolate("a ${{ inputs.run }} b ${{ env.NONE }}.", scope), "a R1 b .");
});

test("what the fake runner does not know is an error", () => {
  for (const source of ["matrix.os", "hashFiles('x')", "a ? b", "'open", ""])
    assert.throws(() => evaluateExpression(source, scope), Error, source);
});

test("conditions imply success() unless they name a status", () => {
  const failed: ExpressionScope = { ...scope, status: "failure" };
  assert.equal(isConditionMet(undefined, failed), false);
  assert.equal(isConditionMet("inputs.run == 'R1'", failed), false);
  assert.equal(isConditionMet("${{ always() }}", failed), true);
  assert.equal(isConditionMet("failure() && inputs.run == 'R1'", failed), true);
});
