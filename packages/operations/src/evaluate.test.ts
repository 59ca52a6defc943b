import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { hasCode, messageOf, seededRandom } from "@modelyard/base";
import { type Comparison, comparisonSchema, type MetricDocument, metricDocumentSchema } from "@modelyard/evaluate";
import { moveStage } from "@modelyard/registry";
import { recordingLog, temporaryDirectory } from "@modelyard/testkit";
import { type DatasetPushInputs, datasetPush } from "./dataset-push.ts";
import { type EvaluateInputs, evaluate } from "./evaluate.ts";
import { openContextYard } from "./open-yard.ts";
import { register } from "./register.ts";
import { type TestContext, testContext } from "./testing/test-context.ts";
import { writeThresholdModel } from "./testing/threshold-model.ts";

const INPUTS: EvaluateInputs = { split: "all", batchSize: 64, timeout: 30_000, output: "." };
const PUSH: DatasetPushInputs = { path: "data", name: "points", labelColumn: "label", examples: "auto", pointer: "none" };

/** 300 rows: `label` is yes where a + noise is above 0. */
async function writeRows(path: string): Promise<void> {
  const random = seededRandom(4);
  const rows = Array.from({ length: 300 }, (_, i) => {
    const a = random.next() * 2 - 1;
    const noise = (random.next() - 0.5) * 0.4;
    return `r${i},${a.toFixed(3)},${(random.next() * 90).toFixed(1)},${i % 3 === 0 ? "north" : "south"},${a + noise > 0 ? "yes" : "no"}`;
  });
  await writeFile(path, `id,a,b,region,label\n${rows.join("\n")}\n`);
}

async function prepare(directory: { path: string; at(...parts: string[]): string }): Promise<TestContext> {
  const context = testContext(directory.path, { job: { sha: "cd".repeat(20) } });
  await mkdir(directory.at("data"));
  await writeRows(directory.at("data", "rows.csv"));
  await datasetPush(PUSH, context);
  await writeThresholdModel(directory.at("out"));
  return context;
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, "utf8")) as T;
}

test("a model file on a split: documents, stored evaluation, outputs; production is its baseline once there is one", async () => {
  await using directory = await temporaryDirectory();
  const context = await prepare(directory);
  const inputs: EvaluateInputs = {
    ...INPUTS,
    name: "points",
    model: "out/model.onnx",
    dataset: "points@1",
    slices: ["region", "b:30|60"],
    idColumn: "id",
  };
  const first = await evaluate(inputs, context);
  assert.deepEqual(
    [first.verdict, first.passed, first.examples, first.metrics, first.comparison],
    ["pass", true, 300, "metrics.json", "comparison.json"],
  );
  assert.ok(first.accuracy! > 0.85 && first.accuracy! < 1 && first.auc! > 0.9 && first.rmse === undefined);
  const document = metricDocumentSchema.parse(await readJson(directory.at("metrics.json")));
  assert.deepEqual([document.n, document.split, document.dataset?.version, document.subject.commit], [300, "all", 1, "cd".repeat(20)]);
  assert.ok(document.latency!.p50Ms > 0 && document.latency!.rowsPerSecond > 0);
  assert.deepEqual(
    document.slices.map((slice) => slice.name),
    ["label=no", "label=yes", "region=north", "region=south", "b < 30", "b 30..60", "b >= 60"],
  );
  assert.match((await readJson<Comparison>(directory.at("comparison.json"))).gates[0]!.reason, /no version of points is in production yet/);

  const { version } = await register({ name: "points", model: "out/model.onnx", metrics: "metrics.json", timeout: 30_000 }, context);
  const yard = await openContextYard({}, context, { create: false });
  for (const stage of ["staging", "production"] as const)
    await moveStage(yard, { name: "points", stage, version: version!, by: "promote", reason: "test" }, context);

  await writeThresholdModel(directory.at("worse"), { bias: 0.5 });
  const second = await evaluate({ ...inputs, model: "worse/model.onnx", output: "second" }, context);
  const comparison = comparisonSchema.parse(await readJson(directory.at("second", "comparison.json")));
  assert.deepEqual([second.verdict, second.passed], ["fail", false]);
  assert.equal(comparison.baseline?.subject.version, 1);
  assert.deepEqual(comparison.baseline?.predictions.digest, document.predictions.digest, "the stored predictions were used");
  assert.equal(comparison.metrics.find((metric) => metric.name === "accuracy")?.change, "regressed");
  assert.ok(context.summaries.at(-1)?.startsWith("### Evaluation: fail"));
});

test("a baseline that was never evaluated is scored on the same examples, and its own digest names it", async () => {
  await using directory = await temporaryDirectory();
  const context = await prepare(directory);
  await register({ name: "points", model: "out/model.onnx", timeout: 30_000 }, context);
  const inputs: EvaluateInputs = { ...INPUTS, name: "points", model: "out/model.onnx", dataset: "points@1", baseline: "1" };
  const same = await evaluate(inputs, context);
  const comparison = await readJson<Comparison>(directory.at("comparison.json"));
  assert.deepEqual([same.passed, comparison.metrics[0]?.change, comparison.metrics[0]?.delta], [true, "equivalent", 0]);
  await assert.rejects(evaluate({ ...inputs, baseline: "7" }, context), (error) => hasCode(error, "MODEL_VERSION_MISSING"));
  const dry = await evaluate({ ...inputs, output: "dry", dryRun: true }, context);
  assert.deepEqual([dry.metrics, (await readdir(directory.path)).includes("dry")], [undefined, false]);
});

test("merge-base: the version recorded for the commit, else no baseline and the reason", async () => {
  await using directory = await temporaryDirectory();
  const context = await prepare(directory);
  await register({ name: "points", model: "out/model.onnx", timeout: 30_000 }, context);
  const inputs: EvaluateInputs = { ...INPUTS, name: "points", model: "out/model.onnx", dataset: "points@1", baseline: "merge-base" };
  const reasonFor = async (baseSha: string | undefined): Promise<string> => {
    await evaluate(inputs, testContext(directory.path, { job: { baseSha, headSha: "ef".repeat(20) } }));
    return (await readJson<Comparison>(directory.at("comparison.json"))).baselineReason;
  };
  assert.match(await reasonFor("cd".repeat(20)), /^points@1 was made at the merge base cdcdcdcdcdcd$/);
  assert.match(await reasonFor("12".repeat(20)), /no version of points is recorded for the merge base 121212121212/);
  assert.match(await reasonFor(undefined), /no pull request/);
});

test("the same documents come out every time but for clock and latency", async () => {
  await using directory = await temporaryDirectory();
  const context = await prepare(directory);
  const run = async (output: string): Promise<object> => {
    await evaluate({ ...INPUTS, model: "out/model.onnx", dataset: "points", output }, context);
    return { ...(await readJson<MetricDocument>(directory.at(output, "metrics.json"))), created: "", latency: null };
  };
  assert.deepEqual(await run("one"), await run("two"));
});

test("a model exported for one row a call is evaluated row by row", async () => {
  await using directory = await temporaryDirectory();
  const context = await prepare(directory);
  await writeThresholdModel(directory.at("fixed"), { batch: 1 });
  const outputs = await evaluate({ ...INPUTS, model: "fixed/model.onnx", dataset: "points", split: "test" }, context);
  assert.ok(outputs.examples > 10 && outputs.examples < 120);
});

test("predictions alone need neither yard nor dataset; another file of predictions is a baseline", async () => {
  await using directory = await temporaryDirectory();
  const context = testContext(directory.path);
  const file = (right: number): string =>
    `id,label,prediction,score\n${Array.from({ length: 200 }, (_, i) => `${i},${i % 2},${i < right ? i % 2 : 1 - (i % 2)},${i % 2 === 1 ? 0.7 : 0.2}`).join("\n")}\n`;
  await writeFile(directory.at("new.csv"), file(190));
  await writeFile(directory.at("old.csv"), file(150));
  const alone = await evaluate({ ...INPUTS, predictions: "new.csv", baseline: "none" }, context);
  assert.deepEqual([alone.verdict, alone.accuracy, alone.auc], ["pass", 0.95, 1]);
  const against = await evaluate({ ...INPUTS, predictions: "new.csv", baseline: "old.csv", require: "improved" }, context);
  assert.deepEqual([against.verdict, against.passed], ["pass", true]);
  const document = await evaluate({ ...INPUTS, predictions: "old.csv", baseline: "metrics.json", output: "again" }, context);
  const comparison = await readJson<Comparison>(directory.at("again", "comparison.json"));
  assert.deepEqual([document.verdict, comparison.metrics[0]?.interval?.method.startsWith("paired")], ["fail", true]);
});

test("regression and JSON lines; probabilities as an object", async () => {
  await using directory = await temporaryDirectory();
  const context = testContext(directory.path);
  const numbers = Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({ id: `e${i}`, label: i * 1.5, prediction: i * 1.5 + (i % 2 === 0 ? 0.5 : -0.5) }),
  );
  await writeFile(directory.at("p.jsonl"), `${numbers.join("\n")}\n`);
  const regression = await evaluate({ ...INPUTS, predictions: "p.jsonl", baseline: "none" }, context);
  assert.deepEqual([regression.mae, regression.rmse, regression.accuracy], [0.5, 0.5, undefined]);
  const classes = Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({ id: i, label: ["a", "b", "c"][i % 3], scores: { a: 0.2, b: 0.3, c: 0.5 } }),
  );
  await writeFile(directory.at("q.jsonl"), `${classes.join("\n")}\n`);
  const several = await evaluate({ ...INPUTS, predictions: "q.jsonl", baseline: "none" }, context);
  assert.ok(Math.abs(several.accuracy! - 1 / 3) < 1e-12);
});

test("bad input gives one clear error and leaves nothing behind", async () => {
  await using directory = await temporaryDirectory();
  const context = await prepare(directory);
  await writeFile(directory.at("not.onnx"), "not a model");
  await writeFile(directory.at("strange.csv"), "id,prediction\nx1,yes\nr1,no\n");
  await writeFile(directory.at("columns.csv"), "a,b\n1,2\n");
  const model = { ...INPUTS, model: "out/model.onnx", dataset: "points@1" };
  const cases: [EvaluateInputs, string, RegExp][] = [
    [{ ...INPUTS }, "INPUT_INVALID", /none of `model`, `run` and `predictions`/],
    [{ ...INPUTS, model: "out/model.onnx" }, "INPUT_INVALID", /input `dataset` is absent/],
    [{ ...INPUTS, model: "not.onnx", dataset: "points@1" }, "MODEL_NOT_ONNX", /not\.onnx/],
    [{ ...INPUTS, model: "gone.onnx", dataset: "points@1" }, "FILE_MISSING", /gone\.onnx/],
    [{ ...model, labelColumn: "digit" }, "EVALUATE_LABEL_COLUMN", /no column "digit"; its columns are id, a, b, region, label/],
    [{ ...model, dataset: "nothing@1" }, "DATASET_MISSING", /nothing/],
    [{ ...model, slices: ["country"] }, "EVALUATE_SLICE_INVALID", /no column "country"/],
    [{ ...model, gates: [{ metric: "accuracy", mini: 0.5 }] }, "INPUT_INVALID", /gates: 0/],
    [{ ...model, baseline: "gone.json" }, "FILE_MISSING", /gone\.json/],
    [{ ...model, baseline: "3" }, "INPUT_INVALID", /a version of which model/],
    [
      { ...INPUTS, predictions: "strange.csv", dataset: "points@1", idColumn: "id" },
      "EVALUATE_IDS_DIFFER",
      /299 of the all split of points@1's 300 .*1 of the predictions file's 2 .*"x1"/,
    ],
    [{ ...INPUTS, predictions: "columns.csv" }, "PREDICTIONS_COLUMN", /columns\.csv has no column "prediction" \(it has: a, b\)/],
    [{ ...INPUTS, predictions: "columns.csv", predictionColumn: "a", labelColumn: "truth" }, "PREDICTIONS_COLUMN", /no column "truth"/],
    [{ ...INPUTS, predictions: "columns.csv", predictionColumn: "a" }, "EVALUATE_LABEL_MISSING", /has no label/],
    [
      { ...INPUTS, predictions: "columns.csv", predictionColumn: "a", labelColumn: "b", scoreColumn: "b" },
      "PREDICTIONS_INVALID",
      /row 1: "2" is not a probability/,
    ],
  ];
  for (const [inputs, code, text] of cases) {
    await assert.rejects(evaluate(inputs, context), (error) => hasCode(error, code) && text.test(messageOf(error)), `${code} ${text}`);
  }
  assert.deepEqual(
    (await readdir(directory.path)).filter((name) => name.endsWith(".json")),
    [],
  );
  await writeFile(directory.at("metrics.json"), '{"accuracy": 1}');
  await assert.rejects(evaluate(model, context), (error) => hasCode(error, "OUTPUT_TAKEN"));
  assert.equal(await readFile(directory.at("metrics.json"), "utf8"), '{"accuracy": 1}');
});

/** Evaluates a predictions file of these lines without a baseline. */
async function evaluateLines(lines: readonly string[], extra: Partial<EvaluateInputs> = {}) {
  await using directory = await temporaryDirectory();
  const log = recordingLog();
  const context = testContext(directory.path, { log });
  await writeFile(directory.at("p.csv"), `${lines.join("\n")}\n`);
  const outputs = await evaluate({ ...INPUTS, predictions: "p.csv", baseline: "none", ...extra }, context);
  return { outputs, log };
}

test("predictions with fractions are a regression although the labels are whole numbers", async () => {
  const { outputs } = await evaluateLines(["label,prediction", "3,2.7", "5,5.2", "1,0.5", "2,2.5"]);
  assert.deepEqual([outputs.mae, outputs.accuracy], [0.375, undefined]);
});

test("what is wrong with a predictions file is said before anything is scored", async () => {
  const twoClasses = ["id,label,prediction,score", "a,no,no,0.1", "b,yes,yes,0.9"];
  const cases: [readonly string[], Partial<EvaluateInputs>, string, RegExp][] = [
    [["id,label,prediction", "a,1,1", "a,1,0"], {}, "EVALUATE_IDS_DUPLICATE", /p\.csv holds 1 id more than once: "a"/],
    [["label,prediction", "1,1", "0,NaN"], {}, "PREDICTIONS_INVALID", /row 2 has no prediction \("NaN"\)/],
    [[...twoClasses, "c,no,no,4.2"], {}, "PREDICTIONS_INVALID", /row 3: "4.2" is not a probability between 0 and 1/],
    [[...twoClasses, "c,maybe,no,0.2"], {}, "PREDICTIONS_INVALID", /does not give one probability for each of 3 classes/],
    [twoClasses, { metric: "acuracy" }, "INPUT_INVALID", /"acuracy" is no metric of a classification/],
    [twoClasses, { gates: [{ metric: "mae", max: 1 }] }, "INPUT_INVALID", /gates: "mae" is no metric of a classification/],
    [twoClasses, { margin: -1 }, "INPUT_INVALID", /margin: -1 is not 0 or more/],
  ];
  for (const [lines, extra, code, message] of cases)
    await assert.rejects(evaluateLines(lines, extra), (error) => hasCode(error, code) && message.test(messageOf(error)));
  const none = { predictions: undefined };
  await assert.rejects(evaluateLines(twoClasses, none), (error) => hasCode(error, "INPUT_INVALID"));
});

test("probabilities of the predicted class are noticed; score-column: none leaves a column out; one class of a pair is enough", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `e${i},${i % 2 ? "yes" : "no"},${i % 2 ? "yes" : "no"},0.9`);
  const { log } = await evaluateLines(["id,label,prediction,score", ...rows]);
  assert.match(log.text(), /in 20 of 40 rows the prediction is not the most probable class/);
  const without = await evaluateLines(["id,label,prediction,score", ...rows], { scoreColumn: "none" });
  assert.deepEqual([without.outputs.accuracy, without.outputs.auc], [1, undefined]);
  const one = await evaluateLines(["label,prediction,score", "1,1,0.8", "1,1,0.7"]);
  assert.equal(one.outputs.accuracy, 1);
});

test("a column of many values says how many are slices; the summary names gates and escapes what columns say", async () => {
  await using directory = await temporaryDirectory();
  const log = recordingLog();
  const context = testContext(directory.path, { log });
  const rows = Array.from({ length: 120 }, (_, i) => `${i % 2},${i % 2},<b>${i % 60}`);
  await writeFile(directory.at("p.csv"), `label,prediction,shop\n${rows.join("\n")}\n`);
  const gates = [{ metric: "accuracy", slice: "shop=<b>1", min: 0.5 }];
  await evaluate({ ...INPUTS, predictions: "p.csv", baseline: "none", slices: ["shop"], gates }, context);
  assert.deepEqual(log.of("warning"), ['slices: "shop" has 60 values; the 50 with the most examples are slices']);
  assert.match(context.summaries[0]!, /- inconclusive: accuracy &#40;shop=&lt;b&gt;1&#41; min 0\.5: not enough evidence: 2 examples/);
});

test("the predictions that evaluate stored are a baseline whatever the label's column is called", async () => {
  await using directory = await temporaryDirectory();
  const context = testContext(directory.path);
  await writeFile(directory.at("p.csv"), "key,truth,prediction\na,x,x\nb,y,y\nc,y,x\n");
  const inputs = { ...INPUTS, predictions: "p.csv", labelColumn: "truth", idColumn: "key" };
  await evaluate({ ...inputs, baseline: "none", output: "old" }, context);
  const again = await evaluate({ ...inputs, baseline: "old/scored-predictions.jsonl" }, context);
  assert.deepEqual([again.examples, again.verdict], [3, "inconclusive"]);
  await assert.rejects(evaluate({ ...inputs, labelColumn: "thruth" }, context), (error) => hasCode(error, "PREDICTIONS_COLUMN"));
});
