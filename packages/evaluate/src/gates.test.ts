import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import fc from "fast-check";
import { changeOf } from "./change.ts";
import { argmax, classOrder } from "./class-order.ts";
import { exampleTable } from "./example-table.ts";
import { judgeGates, worstVerdict } from "./gates.ts";
import { holmLevels } from "./holm-levels.ts";
import { formatPredictionLines, parsePredictionLines } from "./prediction-lines.ts";
import { parseSliceSpec } from "./slice-plan.ts";

const interval = (low: number, high: number) => ({ low, high, level: 0.95, method: "test" });

function verdictOf(
  low: number,
  high: number,
  gate: { require?: "improved" | "not-regressed"; margin?: number },
  direction: "higher" | "lower" = "higher",
) {
  const delta = (low + high) / 2;
  const metrics = [{ name: "m", value: 1, interval: null, direction, n: 100 }];
  const comparisons = [
    {
      name: "m",
      direction,
      candidate: 1,
      baseline: 1 - delta,
      delta,
      interval: interval(low, high),
      margin: 0,
      change: "equivalent" as const,
      n: 100,
    },
  ];
  return judgeGates([{ metric: "m", ...gate }], { overall: { n: 100, metrics, comparisons }, slices: [], noBaseline: undefined })[0]!
    .verdict;
}

test("gates by interval: [low, high] of the difference, rule, verdict", () => {
  const notRegressed = { require: "not-regressed", margin: 0.02 } as const;
  assert.equal(verdictOf(-0.01, 0.05, notRegressed), "pass");
  assert.equal(verdictOf(-0.03, 0.05, notRegressed), "inconclusive");
  assert.equal(verdictOf(-0.09, -0.03, notRegressed), "fail");
  assert.equal(verdictOf(0, 0, { require: "not-regressed", margin: 0 }), "pass");
  assert.equal(verdictOf(0.03, 0.09, notRegressed, "lower"), "fail");
  assert.equal(verdictOf(-0.09, 0.01, notRegressed, "lower"), "pass");
  assert.equal(verdictOf(0.01, 0.05, { require: "improved" }), "pass");
  assert.equal(verdictOf(-0.01, 0.05, { require: "improved" }), "inconclusive");
  assert.equal(verdictOf(-0.05, 0, { require: "improved" }), "fail");
  assert.equal(verdictOf(0.01, 0.05, { require: "improved", margin: 0.02 }), "inconclusive");
});

test("changes by interval and margin", () => {
  assert.equal(changeOf(interval(-0.01, 0.01), "higher", 0.02), "equivalent");
  assert.equal(changeOf(interval(0.01, 0.05), "higher", 0.02), "improved");
  assert.equal(changeOf(interval(0.01, 0.05), "lower", 0.02), "regressed");
  assert.equal(changeOf(interval(-0.05, 0.05), "higher", 0.02), "inconclusive");
  assert.equal(changeOf(interval(0, 0), "lower", 0), "equivalent");
  assert.equal(changeOf(null, "higher", 0.02), "inconclusive");
});

test("the worst verdict wins", () => {
  assert.equal(worstVerdict([]), "pass");
  assert.equal(worstVerdict(["pass", "inconclusive"]), "inconclusive");
  assert.equal(worstVerdict(["error", "inconclusive", "pass"]), "error");
  assert.equal(worstVerdict(["error", "fail"]), "fail");
});

test("Holm levels: strictest for the smallest p, no looser one after the first that is not significant", () => {
  const levels = holmLevels([0.001, 0.5, 0.02, 0.9], 0.95).map((level) => (1 - level).toFixed(4));
  assert.deepEqual(levels, ["0.0125", "0.0167", "0.0167", "0.0167"]);
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }), (ps) => {
      const all = holmLevels(ps, 0.95);
      for (const level of all) assert.ok(level >= 0.95 - 1e-12 && level <= 1 - 0.05 / ps.length + 1e-12);
    }),
  );
});

test("classes in scikit-learn's order; the first of equal probabilities wins", () => {
  assert.deepEqual(classOrder(["10", "9", "-1"]), ["-1", "9", "10"]);
  assert.deepEqual(classOrder(["10", "9", "x"]), ["10", "9", "x"]);
  assert.equal(argmax([0.5, 0.5]), 0);
  assert.equal(argmax([0.2, 0.4, 0.4]), 1);
});

test("wrong predictions give one error that names the example", () => {
  const row = { id: "e7", label: "a", prediction: "b", scores: [0.5, 0.5] };
  const cases: [object, "classification" | "regression", string][] = [
    [{ ...row, label: null }, "classification", "EVALUATE_LABEL_MISSING"],
    [{ ...row, scores: [0.5] }, "classification", "EVALUATE_SCORES"],
    [{ ...row, scores: [1.5, -0.5] }, "classification", "EVALUATE_SCORES"],
    [row, "regression", "EVALUATE_NOT_A_NUMBER"],
    [{ ...row, label: "1", prediction: "Infinity" }, "regression", "EVALUATE_NOT_A_NUMBER"],
  ];
  for (const [prediction, task, code] of cases) {
    assert.throws(
      () => exampleTable([prediction as typeof row], { task, scoreLabels: task === "classification" ? ["a", "b"] : null }),
      (error: unknown) => hasCode(error, code) && String(error).includes('"e7"'),
      code,
    );
  }
});

test("prediction lines come back as they went; a bad line is named", () => {
  const rows = [
    { id: "ä\n", label: "1", prediction: "2", scores: [0.25, 0.75] },
    { id: "b", label: null, prediction: "2", scores: null },
  ];
  assert.deepEqual(parsePredictionLines(formatPredictionLines(rows), "p"), rows);
  assert.throws(
    () => parsePredictionLines('{"id":"a"}\n', "the file"),
    (error: unknown) => hasCode(error, "EVALUATE_PREDICTIONS_INVALID") && /the file, line 1/.test(String(error)),
  );
});

test("slice specs: a column, a column with edges, and what is wrong with others", () => {
  assert.deepEqual(parseSliceSpec(" lang "), { column: "lang", edges: null });
  assert.deepEqual(parseSliceSpec("age:18|65"), { column: "age", edges: [18, 65] });
  for (const text of ["", ":18", "age:", "age:65|18", "age:x"])
    assert.throws(
      () => parseSliceSpec(text),
      (error: unknown) => hasCode(error, "EVALUATE_SLICE_INVALID"),
      text,
    );
});

test("a gate on a slice that is not there names those that are", () => {
  const evidence = {
    overall: { n: 100, metrics: [], comparisons: [] },
    slices: [{ name: "region=north", n: 50, metrics: [], comparisons: [] }],
    noBaseline: "none",
  };
  const [result] = judgeGates([{ metric: "accuracy", slice: "region=west", min: 0.9 }], evidence);
  assert.deepEqual([result?.verdict, result?.reason], ["error", 'there is no slice "region=west"; there are "region=north"']);
});

test("an inconclusive gate says how many examples would tell, where that is a number", () => {
  const reasonOf = (low: number, high: number) => {
    const comparison = {
      name: "m",
      direction: "higher" as const,
      candidate: 1,
      baseline: 1,
      delta: (low + high) / 2,
      interval: interval(low, high),
      margin: 0,
      change: "equivalent" as const,
      n: 200,
    };
    const metrics = [{ name: "m", value: 1, interval: null, direction: "higher" as const, n: 200 }];
    const evidence = { overall: { n: 200, metrics, comparisons: [comparison] }, slices: [], noBaseline: undefined };
    return judgeGates([{ metric: "m", require: "not-regressed", margin: 0.02 }], evidence)[0]!.reason;
  };
  assert.match(reasonOf(-0.04, 0.04), /not all above -0\.02; about 800 examples would tell \(200 now\)$/);
  assert.match(reasonOf(-0.06, 0.01), /not all above -0\.02$/, "worse by more than the margin: more examples would not help it to pass");
});
