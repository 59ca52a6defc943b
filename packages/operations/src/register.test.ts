import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { listVersions, resolveModelVersion } from "@modelyard/registry";
import { temporaryDirectory } from "@modelyard/testkit";
import { openContextYard } from "./open-yard.ts";
import { record } from "./record.ts";
import { type RegisterInputs, register } from "./register.ts";
import { writeModelFiles } from "./testing/model-files.ts";
import { testContext } from "./testing/test-context.ts";

const INPUTS: RegisterInputs = { name: "line", timeout: 30_000 };
const NOW = "2026-01-01T00:00:00Z";

test("a recorded run becomes a version, once", async () => {
  await using directory = await temporaryDirectory();
  const context = testContext(directory.path, { job: { sha: "ab".repeat(20) } });
  await writeModelFiles(directory.at("out"));
  await writeFile(directory.at("metrics.json"), '{"rmse": 0.5, "note": "x"}');
  const { run, modelDigest } = await record(
    { event: "all", outcome: "succeeded", model: "out/model.onnx", metrics: "metrics.json" },
    context,
  );
  const first = await register({ ...INPUTS, run }, context);
  assert.deepEqual([first.version, first.changed, first.goldenCases], [1, true, 20]);
  assert.deepEqual(await register({ ...INPUTS, run }, context), { ...first, changed: false });
  const yard = await openContextYard({}, context, { create: false });
  const version = await resolveModelVersion(yard, "line", { kind: "latest" });
  assert.deepEqual(
    [version.run, version.model.digest, version.headline, version.commit],
    [run, modelDigest, { rmse: 0.5 }, "ab".repeat(20)],
  );
  assert.ok(version.golden);
});

test("files alone become a version with the metric document of this very model", async () => {
  await using directory = await temporaryDirectory();
  const context = testContext(directory.path);
  await writeModelFiles(directory.at("out"));
  const first = await register({ ...INPUTS, model: "out/model.onnx" }, context);
  const yard = await openContextYard({}, context, { create: false });
  const [version] = await listVersions(yard, "line");
  assert.deepEqual([first.version, version?.run, version?.dataset, version?.metrics], [1, null, null, null]);
  const document = {
    format: 1,
    kind: "metrics",
    subject: { name: null, version: null, run: null, digest: version!.model.digest, commit: null },
    dataset: null,
    split: null,
    task: "regression",
    n: 5,
    metrics: [{ name: "rmse", value: 0.25, interval: null, direction: "lower", n: 5 }],
    slices: [],
    latency: null,
    confusion: null,
    predictions: { digest: version!.model.digest, size: 1, rows: 5 },
    created: NOW,
  };
  await writeModelFiles(directory.at("other"), { factor: 3 });
  await writeFile(directory.at("metrics.json"), JSON.stringify(document));
  await assert.rejects(register({ ...INPUTS, model: "other/model.onnx", metrics: "metrics.json" }, context), {
    code: "METRICS_OF_ANOTHER_MODEL",
  });
  const measured = await register({ ...INPUTS, name: "measured", model: "out/model.onnx", metrics: "metrics.json" }, context);
  assert.equal(measured.version, 1);
  assert.deepEqual((await listVersions(yard, "measured"))[0]?.headline, { rmse: 0.25 });
});

test("what is wrong with a model is one error, and no version or blob is written", async () => {
  await using directory = await temporaryDirectory();
  const context = testContext(directory.path);
  const yard = await openContextYard({}, context, { create: true });
  await writeModelFiles(directory.at("wrong"), { wrong: true });
  await writeModelFiles(directory.at("out"));
  await writeFile(directory.at("text.onnx"), "not a model");
  const signature = {
    format: 1,
    task: "regression",
    inputs: [{ name: "z", dtype: "float32", shape: [-1, 2] }],
    outputs: [{ name: "y", dtype: "float32", shape: [-1, 1], role: "value" }],
  };
  await writeFile(directory.at("other-signature.json"), JSON.stringify(signature));
  await writeFile(directory.at("few.json"), '{"format":1,"tolerance":0.1,"cases":[]}');
  const bad: [Partial<RegisterInputs>, string][] = [
    [{}, "INPUT_INVALID"],
    [{ name: undefined, model: "out/model.onnx" }, "INPUT_INVALID"],
    [{ name: "a/b", model: "out/model.onnx" }, "NAME_INVALID"],
    [{ model: "none.onnx" }, "FILE_MISSING"],
    [{ model: "text.onnx", signature: "out/signature.json" }, "MODEL_NOT_ONNX"],
    [{ model: "text.onnx" }, "INPUT_INVALID"],
    [{ model: "out/model.onnx", signature: "other-signature.json" }, "MODEL_SIGNATURE_MISMATCH"],
    [{ model: "out/model.onnx", golden: "few.json" }, "DOCUMENT_INVALID"],
    [{ model: "wrong/model.onnx" }, "GOLDEN_MISMATCH"],
    [{ run: "01JXXXXXXXXXXXXXXXXXXXXXXX" }, "RUN_MISSING"],
    [{ model: "out/model.onnx", dataset: "line@1" }, "DATASET_MISSING"],
  ];
  for (const [inputs, code] of bad) await assert.rejects(register({ ...INPUTS, ...inputs }, context), { code }, JSON.stringify(inputs));
  for await (const { key } of yard.store.list("")) assert.equal(key, "yard.json");
});

test("a run without a model says what it has", async () => {
  await using directory = await temporaryDirectory();
  const context = testContext(directory.path);
  await writeFile(directory.at("log.txt"), "x");
  const { run } = await record({ event: "all", outcome: "succeeded", artifacts: ["log.txt"] }, context);
  await assert.rejects(
    register({ ...INPUTS, run }, context),
    (error) => (error as { code: string }).code === "RUN_ARTIFACT_MISSING" && /log\.txt \(artifact\)/.test(String(error)),
  );
});

test("a dry run checks and writes nothing", async () => {
  await using directory = await temporaryDirectory();
  const context = testContext(directory.path);
  const yard = await openContextYard({}, context, { create: true });
  await writeModelFiles(directory.at("out"));
  const outputs = await register({ ...INPUTS, model: "out/model.onnx", dryRun: true }, context);
  assert.deepEqual(outputs, { version: undefined, digest: undefined, changed: false, goldenCases: 20 });
  assert.deepEqual(await listVersions(yard, "line"), []);
});
