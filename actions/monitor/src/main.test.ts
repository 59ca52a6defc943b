import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openContextYard } from "@modelyard/operations";
import { datasetPush } from "@modelyard/operations/dataset-push";
import { register } from "@modelyard/operations/register";
import { writeSegment } from "@modelyard/operations/testing/prediction-log";
import { testContext } from "@modelyard/operations/testing/test-context";
import { writeThresholdModel } from "@modelyard/operations/testing/threshold-model";
import { runProcess, startFakeGitHub, temporaryDirectory } from "@modelyard/testkit";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

test("drifted traffic opens one issue and asks for training; a missing version is one error", async () => {
  await using workspace = await temporaryDirectory();
  await using github = await startFakeGitHub();
  const context = testContext(workspace.path);
  await mkdir(workspace.at("data"));
  const rows = Array.from({ length: 500 }, (_, i) => `${((i * 37) % 500) / 250 - 1},${i % 10},${(i * 37) % 500 > 250 ? "yes" : "no"}`);
  await writeFile(workspace.at("data", "rows.csv"), `a,b,label\n${rows.join("\n")}\n`);
  await datasetPush({ path: "data", name: "points", labelColumn: "label", examples: "auto", pointer: "none" }, context);
  await writeThresholdModel(workspace.at("out"));
  await register({ name: "points", model: "out/model.onnx", dataset: "points@1", timeout: 30_000 }, context);
  const time = Date.now() - 60_000;
  const lines = Array.from({ length: 300 }, (_, i) => ({
    id: `r${i}`,
    time: new Date(time).toISOString(),
    model: "points",
    version: 1,
    role: "stable",
    inputs: [{ name: "x", dtype: "float32", shape: [1, 2], data: [2 + (i % 7) / 10, i % 10] }],
    outputs: [{ name: "p", dtype: "float32", shape: [1, 2], data: [0.1, 0.9] }],
    latencyMs: 1,
  }));
  const yard = await openContextYard({}, context, { create: false });
  await writeSegment(yard, { model: "points", version: 1, timeMs: time, name: "s1" }, lines);
  const run = async (inputs: Readonly<Record<string, string>>) => {
    for (const name of ["output", "summary"]) await workspace.write(name, "");
    const env = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
    return runProcess(process.execPath, [main], {
      cwd: workspace.path,
      env: {
        ...env,
        "INPUT_GITHUB-TOKEN": "ghs_test",
        GITHUB_WORKSPACE: workspace.path,
        GITHUB_OUTPUT: workspace.at("output"),
        GITHUB_STEP_SUMMARY: workspace.at("summary"),
        GITHUB_REPOSITORY: "octo/yard",
        GITHUB_API_URL: github.url,
        GITHUB_SERVER_URL: github.url,
        GITHUB_RUN_ID: "7",
      },
    });
  };

  const drifted = await run({ name: "points", version: "1", window: "1h" });
  assert.equal(drifted.code, 0, drifted.stdout + drifted.stderr);
  const output = await workspace.read("output");
  assert.match(output, /drifted<<[^\n]+\ntrue\n/);
  assert.match(output, /retrain<<[^\n]+\ntrue\n/);
  assert.match(output, /issue-url<<[^\n]+\nhttp/);
  assert.match(await workspace.read("summary"), /Drifted/);
  assert.deepEqual(
    [...github.state.issues.values()].map((issue) => issue.state),
    ["open"],
  );

  const missing = await run({ name: "points" });
  assert.equal(missing.code, 1);
  assert.match(missing.stdout, /there is no model version points@production/);
});
