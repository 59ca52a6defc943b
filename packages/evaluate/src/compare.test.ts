import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOfHex, hasCode, type Random, randomInt, seededRandom } from "@modelyard/base";
import { type CompareOptions, compare, compareDocuments, compareOnExamples, type Scored } from "./compare.ts";
import { comparisonSchema, metricDocumentSchema, type Prediction } from "./document.ts";
import { exampleTable } from "./example-table.ts";
import { metricDocument } from "./metric-document.ts";
import { classSlices, columnSlices } from "./slice-plan.ts";

const digest = digestOfHex("0".repeat(64));
const created = "2025-01-01T00:00:00.000Z";
const CLASSES = ["a", "b", "c"];

/** A model that is right with a chance of its own on each class, with probabilities that say so. */
function predictionsOf(random: Random, truths: readonly string[], accuracy: (label: string) => number): Prediction[] {
  return truths.map((label, i) => {
    const prediction = random.next() < accuracy(label) ? label : CLASSES[(CLASSES.indexOf(label) + 1 + randomInt(random, 2)) % 3]!;
    return { id: `e${i}`, label, prediction, scores: CLASSES.map((c) => (c === prediction ? 0.8 : 0.1)) };
  });
}

function scored(predictions: Prediction[]): Scored {
  const table = exampleTable(predictions, { task: "classification", scoreLabels: CLASSES });
  const document = metricDocument(
    {
      subject: { name: "m", version: 1, run: null, digest, commit: null },
      dataset: { name: "d", version: 1, digest },
      split: "test",
      latency: null,
      predictions: { digest, size: 1, rows: predictions.length, labels: CLASSES },
      created,
    },
    table,
    classSlices(table, "label"),
    { random: seededRandom(1) },
  );
  return { document, predictions };
}

function options(candidate: Scored, extra: Partial<CompareOptions> = {}): CompareOptions {
  const table = exampleTable(candidate.predictions, { task: "classification", scoreLabels: CLASSES });
  return {
    gates: [{ metric: "accuracy", require: "not-regressed", margin: 0.02 }],
    slices: classSlices(table, "label"),
    random: seededRandom(2),
    created,
    ...extra,
  };
}

function truthsOf(random: Random, n: number): string[] {
  return Array.from({ length: n }, () => CLASSES[randomInt(random, 3)]!);
}

const random = seededRandom(99);
const truths = truthsOf(random, 600);
const good = scored(predictionsOf(random, truths, () => 0.95));
const bad = scored(predictionsOf(random, truths, () => 0.8));

test("a clearly better model improves, a clearly worse one fails the gate", () => {
  const better = compare(good, { kind: "predictions", reason: "production", ...bad }, options(good));
  comparisonSchema.parse(better);
  metricDocumentSchema.parse(better.candidate);
  assert.equal(better.verdict, "pass");
  for (const name of ["accuracy", "macro-f1", "auc", "log-loss"])
    assert.equal(better.metrics.find((m) => m.name === name)?.change, "improved", name);
  const worse = compare(bad, { kind: "predictions", reason: "production", ...good }, options(bad));
  assert.deepEqual([worse.verdict, worse.passed, worse.metrics[0]?.change], ["fail", false, "regressed"]);
});

test("a model against itself is equivalent in every metric and slice, and passes", () => {
  const same = compare(good, { kind: "predictions", reason: "production", ...good }, options(good));
  assert.equal(same.verdict, "pass");
  for (const metric of [...same.metrics, ...same.slices.flatMap((slice) => slice.metrics)]) assert.equal(metric.delta, 0, metric.name);
  assert.ok(same.metrics.every((metric) => metric.change === "equivalent"));
});

test("order of the examples does not matter; repeating gives the same document", () => {
  const turned: Scored = { document: bad.document, predictions: [...bad.predictions].reverse() };
  const straight = compare(good, { kind: "predictions", reason: "r", ...bad }, options(good));
  assert.deepEqual(compare(good, { kind: "predictions", reason: "r", ...turned }, options(good)), straight);
});

test("too few examples to tell: inconclusive, not passed", () => {
  const few = truthsOf(random, 60);
  const one = scored(predictionsOf(random, few, () => 0.9));
  const two = scored(predictionsOf(random, few, () => 0.9));
  const result = compare(one, { kind: "predictions", reason: "production", ...two }, options(one));
  assert.deepEqual([result.verdict, result.passed], ["inconclusive", false]);
});

test("no baseline: relative gates pass with the reason, absolute ones are judged", () => {
  const gates = [{ metric: "accuracy" }, { metric: "accuracy", min: 0.99 }, { metric: "log-loss", max: 5 }];
  const result = compare(good, { kind: "none", reason: "no version of m is in production yet" }, options(good, { gates }));
  assert.equal(result.baseline, null);
  assert.deepEqual(
    result.gates.map((gate) => gate.verdict),
    ["pass", "fail", "pass"],
  );
  assert.match(result.gates[0]!.reason, /no baseline: no version of m/);
  assert.equal(result.verdict, "fail");
});

test("a regression in one class is found in its slice although the whole hardly moves", () => {
  const many = truthsOf(random, 1500);
  const even = scored(predictionsOf(random, many, () => 0.95));
  const uneven = scored(predictionsOf(random, many, (label) => (label === "b" ? 0.8 : 0.97)));
  const result = compare(
    uneven,
    { kind: "predictions", reason: "production", ...even },
    options(uneven, { gates: [{ metric: "accuracy", slice: "label=*", margin: 0.02 }] }),
  );
  const changes = Object.fromEntries(result.slices.map((slice) => [slice.name, slice.metrics[0]!.change]));
  assert.equal(changes["label=b"], "regressed");
  assert.notEqual(changes["label=a"], "regressed");
  assert.equal(result.gates.find((gate) => gate.slice === "label=b")?.verdict, "fail");
});

test("gates name what they cannot find; the worst verdict wins", () => {
  const gates = [{ metric: "acuracy" }, { metric: "accuracy", slice: "label=z" }, { metric: "accuracy", min: 0.5 }];
  const result = compare(good, { kind: "predictions", reason: "production", ...bad }, options(good, { gates }));
  assert.deepEqual(
    result.gates.map((gate) => gate.verdict),
    ["error", "error", "pass"],
  );
  assert.match(result.gates[0]!.reason, /no metric "acuracy"; there are accuracy, /);
  assert.equal(result.verdict, "error");
});

test("require improved: a better model passes, an equal one fails or is open, never passes", () => {
  const gates = [{ metric: "accuracy", require: "improved" as const }];
  assert.equal(compare(good, { kind: "predictions", reason: "p", ...bad }, options(good, { gates })).verdict, "pass");
  assert.notEqual(compare(good, { kind: "predictions", reason: "p", ...good }, options(good, { gates })).verdict, "pass");
});

test("predictions of other examples are refused with counts and ids", () => {
  const other: Scored = {
    document: bad.document,
    predictions: bad.predictions.slice(2).concat({ ...bad.predictions[0]!, id: "stranger" }),
  };
  assert.throws(
    () => compare(good, { kind: "predictions", reason: "p", ...other }, options(good)),
    (error: unknown) =>
      hasCode(error, "EVALUATE_IDS_DIFFER") &&
      /2 of the candidate's 600 .*"e0", "e1"; 1 of the baseline's 599 .*"stranger"/.test(String(error)),
  );
  const twice: Scored = { document: bad.document, predictions: [...bad.predictions, bad.predictions[0]!] };
  assert.throws(
    () => compare(good, { kind: "predictions", reason: "p", ...twice }, options(good)),
    (error: unknown) => hasCode(error, "EVALUATE_IDS_DUPLICATE"),
  );
  const relabelled: Scored = { document: bad.document, predictions: bad.predictions.map((p, i) => (i === 3 ? { ...p, label: "z" } : p)) };
  assert.throws(
    () => compare(good, { kind: "predictions", reason: "p", ...relabelled }, options(good)),
    (error: unknown) => hasCode(error, "EVALUATE_LABELS_DIFFER"),
  );
});

test("two documents alone compare unpaired, and only on the same dataset and split", () => {
  const result = compareDocuments(good.document, bad.document, { ...options(good), reason: "a document" });
  assert.deepEqual([result.metrics[0]?.change, result.metrics[0]?.interval?.method], ["improved", "unpaired, from both intervals"]);
  assert.ok(result.slices.length > 1);
  for (const slice of result.slices)
    assert.equal(slice.metrics[0]?.interval?.level, 1 - (1 - 0.95) / result.slices.length, "corrected for the number of slices");
  const elsewhere = { ...bad.document, split: "validation" };
  assert.throws(
    () => compareDocuments(good.document, elsewhere, { ...options(good), reason: "r" }),
    (error: unknown) => hasCode(error, "EVALUATE_DATASETS_DIFFER"),
  );
});

test("P7, A/A: equal models regress in about 2.5 % of 80 comparisons, and so does any other metric and any of their slices", () => {
  const draw = seededRandom(2_025);
  let regressed = 0;
  let fired = 0;
  let others = 0;
  for (let run = 0; run < 80; run++) {
    const labels = truthsOf(draw, 200);
    const one = { document: good.document, predictions: predictionsOf(draw, labels, () => 0.9) };
    const two = { document: good.document, predictions: predictionsOf(draw, labels, () => 0.9) };
    const found = compareOnExamples(one, two, options(one, { gates: [{ metric: "accuracy", margin: 0 }] }));
    if (found.metrics[0]!.change === "regressed") regressed++;
    if (found.metrics.slice(1).some((metric) => metric.change === "regressed")) others++;
    if (found.slices.some((slice) => slice.metrics[0]!.change === "regressed")) fired++;
  }
  // 2 are expected of each; more than 8 would have probability below 0.1 %.
  assert.ok(regressed <= 8, `${regressed} regressions`);
  assert.ok(fired <= 8, `${fired} comparisons with a regressed slice`);
  assert.ok(others <= 8, `${others} comparisons with a regression of a metric that no gate names`);
});

test("slices of a column: by value, or into bands of numbers; edges as asked", () => {
  assert.deepEqual(
    columnSlices({ column: "lang", edges: null }, ["de", "en", "de", ""]).map((s) => [s.name, [...s.rows]]),
    [
      ["lang=(missing)", [3]],
      ["lang=de", [0, 2]],
      ["lang=en", [1]],
    ],
  );
  const ages = Array.from({ length: 100 }, (_, i) => String(i));
  assert.deepEqual(
    columnSlices({ column: "age", edges: null }, ages).map((s) => [s.name, s.rows.length]),
    [
      ["age < 25", 25],
      ["age 25..50", 25],
      ["age 50..75", 25],
      ["age >= 75", 25],
    ],
  );
  assert.deepEqual(
    columnSlices({ column: "age", edges: [18, 65] }, ages).map((s) => s.rows.length),
    [18, 47, 35],
  );
});
