import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@modelyard/base";
import { wilson } from "@modelyard/stats";
import type { Prediction } from "./document.ts";
import { exampleTable } from "./example-table.ts";
import { metricValues } from "./metric-values.ts";
import { pairedDifferences } from "./paired-differences.ts";
import { widening } from "./small-samples.ts";

function classes(rows: readonly (readonly [string, string, number])[]): ReturnType<typeof exampleTable> {
  const predictions = rows.map(([label, prediction, p], i): Prediction => ({ id: String(i), label, prediction, scores: [1 - p, p] }));
  return exampleTable(predictions, { task: "classification", scoreLabels: ["0", "1"] });
}

function numbers(rows: readonly (readonly [number, number])[]): ReturnType<typeof exampleTable> {
  return exampleTable(
    rows.map(([label, value], i): Prediction => ({ id: String(i), label: String(label), prediction: String(value), scores: null })),
    { task: "regression" },
  );
}

test("few examples widen an interval as Student's distribution does; one example gives none", () => {
  // scipy.stats.t.ppf(0.975, [1, 9, 99]) / norm.ppf(0.975) * sqrt(n / (n - 1))
  for (const [size, factor] of [
    [2, 9.168],
    [10, 1.2166],
    [100, 1.0175],
  ] as const)
    assert.ok(Math.abs(widening(0.95, size) - factor) < 1e-3, `${size}: ${widening(0.95, size)}`);
  assert.equal(widening(0.95, 1), Number.POSITIVE_INFINITY);
});

test("perfect predictions of a few examples claim no certainty, and neither do constant ones", () => {
  const perfect = metricValues(classes(Array.from({ length: 10 }, (_, i) => [String(i % 2), String(i % 2), i % 2 ? 0.9 : 0.1])), {
    level: 0.95,
    random: seededRandom(1),
  });
  const of = (name: string) => perfect.find((metric) => metric.name === name)!;
  assert.deepEqual([of("macro-f1").value, of("macro-f1").interval?.low], [1, wilson(10, 10, 0.95).low]);
  assert.deepEqual([of("f1").value, of("f1").interval?.low], [1, wilson(5, 5, 0.95).low]);
  assert.deepEqual([of("log-loss").interval, of("mcc").interval], [null, null]);
  const constant = metricValues(classes(Array.from({ length: 40 }, (_, i) => [String(i % 2), "0", 0.4])), {
    level: 0.95,
    random: seededRandom(1),
  });
  assert.equal(constant.find((metric) => metric.name === "balanced-accuracy")?.interval, null);
});

test("recall on six positives without a difference says little; equal models on many examples are equal", () => {
  const few = classes(Array.from({ length: 20 }, (_, i) => [i < 6 ? "1" : "0", i < 4 ? "1" : "0", i < 4 ? 0.8 : 0.2]));
  const recall = pairedDifferences(few, few, seededRandom(1))
    .find((difference) => difference.name === "recall")!
    .interval(0.95)!;
  assert.ok(recall.low < -0.2 && recall.high > 0.2, JSON.stringify(recall));
  const f1 = pairedDifferences(few, few, seededRandom(1))
    .find((difference) => difference.name === "f1")!
    .interval(0.95)!;
  assert.equal(f1.high, wilson(0, 6, 0.95).high);
  const many = numbers(Array.from({ length: 50 }, (_, i) => [i, i + (i % 3)]));
  const mae = pairedDifferences(many, many, seededRandom(1)).find((difference) => difference.name === "mae")!;
  assert.deepEqual([mae.interval(0.95)?.low, mae.interval(0.95)?.high], [0, 0]);
  const two = numbers([
    [1, 2],
    [3, 5],
  ]);
  const unknown = pairedDifferences(two, two, seededRandom(1)).find((difference) => difference.name === "mae")!;
  assert.equal(unknown.interval(0.95), null);
});
