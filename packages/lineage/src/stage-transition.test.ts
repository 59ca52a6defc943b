import assert from "node:assert/strict";
import { test } from "node:test";
import type { Stage } from "./model-version.ts";
import { judgeStageMove } from "./stage-transition.ts";

const cases: [Stage[], Stage, boolean, "allowed" | RegExp][] = [
  [[], "staging", false, "allowed"],
  [[], "shadow", false, "allowed"],
  [[], "archived", false, "allowed"],
  [[], "production", false, /reached from staging or shadow, and it is in no stage/],
  [[], "production", true, "allowed"],
  [["staging"], "production", false, "allowed"],
  [["shadow"], "production", false, "allowed"],
  [["archived"], "production", false, /it is in archived/],
  [["archived"], "production", true, "allowed"],
  [["archived"], "staging", false, "allowed"],
  [["production"], "archived", true, /in production/],
  [["staging", "production"], "archived", true, /in production/],
  [["production"], "staging", true, "allowed"],
  [["production"], "production", true, "allowed"],
];

test("stage moves follow the table", () => {
  for (const [from, to, wasInProduction, expected] of cases) {
    const verdict = judgeStageMove({ from, to, wasInProduction });
    if (expected === "allowed") assert.equal(verdict.kind, "allowed", `${from} to ${to}`);
    else assert.ok(verdict.kind === "refused" && expected.test(verdict.reason), `${from} to ${to}: ${JSON.stringify(verdict)}`);
  }
});
