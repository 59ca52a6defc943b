import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { isUlid, newUlid, seededRandom } from "@modelyard/base";
import { makeSplitRule } from "@modelyard/content";
import { pointerOf, pointerText, pushDataset } from "@modelyard/dataset";
import { readRun, readRunEvents } from "@modelyard/registry";
import { recordingLog, temporaryDirectory } from "@modelyard/testkit";
import { openContextYard } from "./open-yard.ts";
import { type RecordInputs, record } from "./record.ts";
import { writeModelFiles } from "./testing/model-files.ts";
import { testContext } from "./testing/test-context.ts";

const ALL: RecordInputs = { event: "all", outcome: "succeeded" };

test("a job's end is one record: files, metrics, data, parameters", async () => {
  await using directory = await temporaryDirectory();
  const sha = "c0".repeat(20);
  const context = testContext(directory.path, {
    job: { sha, repository: "team/digits", runUrl: "https://github.com/team/digits/actions/runs/7" },
    env: { TOKEN: "hunter2" },
  });
  const yard = await openContextYard({}, context, { create: true });
  await mkdir(directory.at("data"));
  await writeFile(directory.at("data", "a.csv"), "a,b\n1,2\n");
  const data = await pushDataset({
    yard,
    name: "digits",
    source: directory.at("data"),
    splitRule: makeSplitRule({ salt: "digits" }),
    hasher: context.hasher,
    clock: context.clock,
  });
  await writeFile(directory.at("digits.dataset.json"), pointerText(pointerOf(data.record)));
  await writeModelFiles(directory.at("out"));
  await writeFile(directory.at("out", "metrics.json"), '{"accuracy": 0.97, "rows": 12, "note": "fine"}');
  await mkdir(directory.at("out", "plots"));
  for (const name of ["a.svg", "b.svg"]) await writeFile(directory.at("out", "plots", name), name);

  const outputs = await record(
    {
      ...ALL,
      name: "digits",
      dataset: "digits.dataset.json",
      parameters: { epochs: 3 },
      metrics: "out/metrics.json",
      model: "out/model.onnx",
      artifacts: ["out/plots/*.svg"],
      outcome: "success",
      duration: 61_000,
    },
    context,
  );
  assert.ok(isUlid(outputs.run));
  assert.deepEqual(
    outputs.digests.map(({ name, role }) => `${role} ${name}`),
    [
      "model out/model.onnx",
      "signature out/signature.json",
      "golden out/golden.json",
      "metrics out/metrics.json",
      "artifact out/plots/a.svg",
      "artifact out/plots/b.svg",
    ],
  );
  assert.equal(outputs.modelDigest, outputs.digests[0]!.digest);
  const run = await readRun(yard, outputs.run);
  assert.deepEqual(
    [run.status, run.durationMs, run.commit, run.repository, run.model],
    ["succeeded", 61_000, sha, "team/digits", "digits"],
  );
  assert.deepEqual(run.dataset, { name: "digits", version: 1, digest: data.digest });
  assert.deepEqual([run.parameters, run.metrics], [{ epochs: 3 }, { accuracy: 0.97, rows: 12, note: "fine" }]);
  assert.deepEqual(
    await yard.blobs.get(run.artifacts.find((artifact) => artifact.name.endsWith("a.svg"))!.digest),
    new TextEncoder().encode("a.svg"),
  );
  assert.ok(!JSON.stringify(run).includes("hunter2"));
  assert.match(context.summaries.join(), /digits@1/);
});

test("events of a training script, then the job's end, are one run with one start", async () => {
  await using directory = await temporaryDirectory();
  const context = testContext(directory.path);
  const run = newUlid(context.clock.now() - 5_000, seededRandom(2));
  await writeFile(directory.at("weights"), "w");
  await record({ ...ALL, event: "started", run, parameters: { a: 1 } }, context);
  await record({ ...ALL, event: "progress", run, step: 1, total: 2, message: "loss 1" }, context);
  await record({ ...ALL, event: "checkpoint", run, step: 1, path: "weights" }, context);
  await record({ ...ALL, run, outcome: "failure", message: "out of memory" }, context);
  const yard = await openContextYard({}, context, { create: false });
  assert.deepEqual(
    (await readRunEvents(yard, run)).map((event) => event.type),
    ["started", "progress", "checkpoint", "finished"],
  );
  const one = await readRun(yard, run);
  assert.deepEqual([one.status, one.reason, one.progress?.step, one.checkpoint?.size], ["failed", "out of memory", 1, 1]);
  await record({ ...ALL, run, parameters: { a: 2 } }, context);
  const again = await readRun(yard, run);
  assert.deepEqual([again.status, again.parameters], ["succeeded", { a: 2 }]);
  assert.equal((await readRunEvents(yard, run)).filter((event) => event.type === "started").length, 2);
});

test("a run without events lasts since it was asked for", async () => {
  await using directory = await temporaryDirectory();
  const now = Date.UTC(2026, 0, 1);
  const context = testContext(directory.path, { clock: { now: () => now, monotonic: () => 0, sleep: async () => {} } });
  const { run } = await record({ ...ALL, run: newUlid(now - 90_000, seededRandom(3)) }, context);
  assert.equal((await readRun(await openContextYard({}, context, { create: false }), run)).durationMs, 90_000);
});

const bad: [string, Partial<RecordInputs>, string][] = [
  ["a model that is not there", { model: "none.onnx" }, "FILE_MISSING"],
  ["a glob without a match", { artifacts: ["none/*.png"] }, "FILE_MISSING"],
  ["metrics that are nested", { metrics: "nested.json" }, "METRICS_INVALID"],
  ["metrics that are no JSON", { metrics: "text.json" }, "JSON_INVALID"],
  ["parameters that are a list", { parameters: [1] }, "INPUT_INVALID"],
  ["a dataset that is not there", { dataset: "digits@3" }, "DATASET_MISSING"],
  ["a pointer that is not there", { dataset: "digits.dataset.json" }, "FILE_MISSING"],
  ["progress without a step", { event: "progress" }, "INPUT_INVALID"],
  ["metrics without a file", { event: "metrics" }, "INPUT_INVALID"],
  ["an artifact without a file", { event: "artifact" }, "INPUT_INVALID"],
  ["a run that is a path", { run: "../../x" }, "NAME_INVALID"],
];

test("bad input is one error and writes no event", async () => {
  await using directory = await temporaryDirectory();
  const context = testContext(directory.path);
  await writeFile(directory.at("nested.json"), '{"a":{"b":1}}');
  await writeFile(directory.at("text.json"), "accuracy: 1");
  for (const [title, inputs, code] of bad) await assert.rejects(record({ ...ALL, ...inputs }, context), { code }, title);
  const yard = await openContextYard({}, context, { create: false });
  for await (const { key } of yard.store.list("")) assert.equal(key, "yard.json");
});

test("a dry run in a new place has no yard to look into, in an old one writes nothing", async () => {
  await using directory = await temporaryDirectory();
  const context = testContext(directory.path);
  await assert.rejects(record({ ...ALL, dryRun: true }, context), { code: "YARD_MISSING" });
  const yard = await openContextYard({}, context, { create: true });
  await writeModelFiles(directory.at("out"));
  const { digests } = await record({ ...ALL, dryRun: true, model: join("out", "model.onnx") }, context);
  assert.deepEqual(digests, []);
  for await (const { key } of yard.store.list("")) assert.equal(key, "yard.json");
});

test("a failed training without files is still recorded; a successful one must have them", async () => {
  await using directory = await temporaryDirectory();
  const log = recordingLog();
  const context = testContext(directory.path, { log });
  const files = { model: "out/model.onnx", metrics: "out/metrics.json", artifacts: ["out/*.png"] };
  const outputs = await record({ event: "all", outcome: "failure", ...files }, context);
  const yard = await openContextYard({}, context, { create: false });
  assert.equal((await readRun(yard, outputs.run)).status, "failed");
  assert.match(log.text(), /model: not there after a training that did not succeed/);
  await assert.rejects(record({ event: "all", outcome: "success", ...files }, context), { code: "FILE_MISSING" });
});
