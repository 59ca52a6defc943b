import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode, messageOf } from "@modelyard/base";
import fc from "fast-check";
import { DEFAULT_STEP, formatPlan, parsePlan } from "./index.ts";

const good: readonly (readonly [unknown, string])[] = [
  ["shadow, 10, 30, 100", "shadow, 10 %, 30 %, 100 %"],
  ["10%, 50 %,100", "10 %, 50 %, 100 %"],
  ["shadow\n0.5\n100", "shadow, 0.5 %, 100 %"],
  [100, "100 %"],
  [["shadow", 10, "30", { percent: 100 }], "shadow, 10 %, 30 %, 100 %"],
  ['[{"shadow": true, "min-samples": 5}, 20]', "shadow, 20 %"],
];
for (const [value, expected] of good) {
  test(`plan ${JSON.stringify(value)} is ${expected}`, () => assert.equal(formatPlan(parsePlan(value, DEFAULT_STEP)), expected));
}

test("a step's own bounds win over the defaults", () => {
  const plan = parsePlan([{ percent: 10, "min-samples": 7, "min-time": "2s", "max-time": "1m" }, 100], DEFAULT_STEP);
  assert.deepEqual(plan.steps[0], { kind: "weight", percent: 10, minSamples: 7, minTimeMs: 2_000, maxTimeMs: 60_000 });
  assert.deepEqual(plan.steps[1], { kind: "weight", percent: 100, ...DEFAULT_STEP });
});

const bad: readonly (readonly [unknown, RegExp])[] = [
  ["", /no steps/],
  [[], /no steps/],
  ["10, 5", /step 2 falls from 10 % to 5 %/],
  ["10, 10, 100", /step 2 repeats 10 %/],
  ["10, 130", /step 2 sends 130 % of the traffic, above 100/],
  ["0, 100", /step 1 sends 0 %/],
  ["10, shadow", /step 2 is shadow after 10 %/],
  ["shadow, shadow", /step 2 repeats shadow/],
  ["10,, 100", /step 2 is ""/],
  ["ten", /step 1 is "ten"/],
  ["-5", /step 1 is "-5"/],
  [[{ percent: 10, speed: 3 }], /unknown key "speed"/],
  [[{ percent: 10, "min-samples": 1.5 }], /min-samples of step 1/],
  [[{ percent: 10, "min-samples": 1e20 }], /min-samples of step 1/],
  [[{ percent: 10, "min-time": "soon" }], /min-time of step 1 is "soon"/],
  [[{ percent: 10, "min-time": "2m", "max-time": "1m" }], /step 1 has a max-time below/],
  ["[1, 2", /not valid JSON/],
  [{}, /not a text or a list/],
  [new Array(51).fill("1"), /51 steps/],
];
for (const [value, expected] of bad) {
  test(`plan ${JSON.stringify(value)?.slice(0, 60)} is refused`, () => {
    assert.throws(
      () => parsePlan(value, DEFAULT_STEP),
      (error) => hasCode(error, "PLAN_INVALID") && expected.test(messageOf(error)),
    );
  });
}

test("any text gives a rising plan or PLAN_INVALID", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.integer({ min: -5, max: 120 })).map((list) => list.join(",")),
        fc.json(),
      ),
      (text) => {
        try {
          const percents = parsePlan(text, DEFAULT_STEP).steps.map((step) => (step.kind === "shadow" ? 0 : step.percent));
          return percents.every((percent, i) => percent <= 100 && (i === 0 || percent > percents[i - 1]!));
        } catch (error) {
          return hasCode(error, "PLAN_INVALID");
        }
      },
    ),
  );
});
