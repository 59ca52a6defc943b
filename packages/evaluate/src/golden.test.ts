import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { seededRandom } from "@modelyard/base";
import { argmax } from "./class-order.ts";
import type { Prediction } from "./document.ts";
import { exampleTable } from "./example-table.ts";
import { metricValues } from "./metric-values.ts";

// Numbers of scikit-learn; testdata/golden.py wrote them and names the version.
const golden = JSON.parse(readFileSync(new URL("../testdata/golden.json", import.meta.url), "utf8"));

function classificationExamples(truth: number[], scores: number[][]): Prediction[] {
  return truth.map((t, i) => ({ id: String(i), label: String(t), prediction: String(argmax(scores[i]!)), scores: scores[i]! }));
}

function assertMetrics(predictions: Prediction[], expected: Record<string, number>, scoreLabels: string[] | null): void {
  const table = exampleTable(predictions, { task: scoreLabels === null ? "regression" : "classification", scoreLabels });
  const values = metricValues(table, { level: 0.95, random: seededRandom(1) });
  assert.deepEqual(values.map((m) => m.name).sort(), Object.keys(expected).sort());
  for (const { name, value, interval } of values) {
    assert.ok(
      Math.abs(value - expected[name]!) <= 1e-12 * Math.max(1, Math.abs(expected[name]!)),
      `${name}: ${value}, scikit-learn ${expected[name]}`,
    );
    assert.ok(
      interval !== null && interval.low <= value && value <= interval.high && interval.high - interval.low > 0,
      `${name}: ${value} in ${JSON.stringify(interval)}`,
    );
  }
}

test("two classes: all metrics equal scikit-learn", () => {
  assertMetrics(classificationExamples(golden.binary.truth, golden.binary.scores), golden.binary.expected, ["0", "1"]);
});

test("several classes, one never predicted: all metrics equal scikit-learn", () => {
  assertMetrics(classificationExamples(golden.several.truth, golden.several.scores), golden.several.expected, ["0", "1", "2", "3"]);
});

test("regression: all metrics equal scikit-learn", () => {
  const { truth, predicted, expected } = golden.regression;
  assertMetrics(
    truth.map((t: number, i: number) => ({ id: String(i), label: String(t), prediction: String(predicted[i]), scores: null })),
    expected,
    null,
  );
});
