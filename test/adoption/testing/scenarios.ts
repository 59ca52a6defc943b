import assert from "node:assert/strict";
import { openContextYard } from "@modelyard/operations";
import { datasetPush } from "@modelyard/operations/dataset-push";
import { register } from "@modelyard/operations/register";
import { writeModelFiles } from "@modelyard/operations/testing/model-files";
import { writeSegment } from "@modelyard/operations/testing/prediction-log";
import { setStage } from "@modelyard/operations/testing/set-stage";
import { testContext } from "@modelyard/operations/testing/test-context";
import { writeThresholdModel } from "@modelyard/operations/testing/threshold-model";
import { readStage } from "@modelyard/registry";
import { sampleComparison } from "@modelyard/report/testing/sample-comparison";
import { type FakeGitHub, startFakeGitHub, type TemporaryDirectory } from "@modelyard/testkit";
import { addVersions } from "@modelyard/traffic/testing/digits-yard";
import type { Step } from "../../contract/testing/bundle-step.ts";
import { startServing } from "./serving.ts";

/** What a team that adopts one action alone has: its files and its yard, made without any other action's bundle. */
export interface Scenario {
  /** Makes the files and the yard below `work`. */
  prepare?(work: TemporaryDirectory): Promise<void>;
  /** The GitHub that the action speaks to. */
  github?(): Promise<FakeGitHub>;
  /** What else runs beside it. */
  service?(work: TemporaryDirectory): Promise<AsyncDisposable>;
  readonly inputs: Readonly<Record<string, string>>;
  /** True where the action runs a model, which needs the native runtime that the team installs. */
  readonly needsRuntime?: boolean;
  check(step: Step, work: TemporaryDirectory, github: FakeGitHub | undefined): void | Promise<void>;
}

const SHA = "4f2c91e07ab35d6688f0c1b2a3d4e5f601234567";
const TABLE = "x,label\n1,a\n2,b\n3,a\n";

async function pushTable(work: TemporaryDirectory): Promise<void> {
  await work.write("data/t.csv", TABLE);
  await datasetPush({ name: "letters", path: "data", examples: "auto", pointer: "none" }, testContext(work.path));
}

async function twoVersions(work: TemporaryDirectory): Promise<void> {
  await addVersions(await openContextYard({}, testContext(work.path), { create: true }), 2, 1);
}

async function productionOf(work: TemporaryDirectory): Promise<number | null | undefined> {
  const yard = await openContextYard({}, testContext(work.path), { create: false });
  return (await readStage(yard, "m", "production"))?.version;
}

async function shiftedTraffic(work: TemporaryDirectory): Promise<void> {
  const context = testContext(work.path);
  const rows = Array.from({ length: 500 }, (_, i) => `${((i * 37) % 500) / 250 - 1},${i % 10},${(i * 37) % 500 > 250 ? "yes" : "no"}`);
  await work.write("data/rows.csv", `a,b,label\n${rows.join("\n")}\n`);
  await datasetPush({ path: "data", name: "points", labelColumn: "label", examples: "auto", pointer: "none" }, context);
  await writeThresholdModel(work.at("out"));
  await register({ name: "points", model: "out/model.onnx", dataset: "points@1", timeout: 30_000 }, context);
  const timeMs = Date.now() - 60_000;
  const lines = Array.from({ length: 300 }, (_, i) => ({
    id: `r${i}`,
    time: new Date(timeMs).toISOString(),
    model: "points",
    version: 1,
    role: "stable",
    inputs: [{ name: "x", dtype: "float32", shape: [1, 2], data: [2 + (i % 7) / 10, i % 10] }],
    outputs: [{ name: "p", dtype: "float32", shape: [1, 2], data: [0.1, 0.9] }],
    latencyMs: 1,
  }));
  await writeSegment(await openContextYard({}, context, { create: false }), { model: "points", version: 1, timeMs, name: "s1" }, lines);
}

/** One scenario for each action. An action without one is a failure of the test. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  "dataset-push": {
    prepare: async (work) => void (await work.write("data/t.csv", TABLE)),
    inputs: { name: "letters", path: "data", "label-column": "label" },
    check: async ({ outputs, summary }, work) => {
      assert.deepEqual([outputs["version"], outputs["changed"], outputs["examples"]], ["1", "true", "3"]);
      assert.match(summary, /letters@1/);
      assert.ok((await work.files()).includes("letters.dataset.json"));
    },
  },
  "dataset-pull": {
    prepare: pushTable,
    inputs: { name: "letters", path: "restored" },
    check: async ({ outputs }, work) => {
      assert.equal(outputs["files"], "1");
      assert.equal(await work.read("restored/t.csv"), TABLE);
    },
  },
  record: {
    prepare: async (work) => void (await work.write("metrics.json", '{"accuracy": 0.97}')),
    inputs: { name: "digits", metrics: "metrics.json", parameters: '{"epochs": 2}' },
    check: ({ outputs }) => assert.match(outputs["run"] ?? "", /^[0-9A-HJKMNP-TV-Z]{26}$/),
  },
  evaluate: {
    prepare: async (work) =>
      void (await work.write(
        "p.csv",
        `id,label,prediction\n${Array.from({ length: 50 }, (_, i) => `${i},${i % 2},${i < 45 ? i % 2 : 1 - (i % 2)}`).join("\n")}\n`,
      )),
    inputs: { predictions: "p.csv", baseline: "none" },
    check: ({ outputs }) => assert.equal(outputs["accuracy"], "0.9"),
  },
  report: {
    prepare: async (work) => {
      await work.write("comparison.json", JSON.stringify(sampleComparison()));
      await work.write(
        "event.json",
        JSON.stringify({ pull_request: { number: 1, head: { sha: SHA, repo: { full_name: "octo/yard" } }, base: { sha: SHA } } }),
      );
    },
    github: async () => {
      const github = await startFakeGitHub();
      github.addPull({ headSha: SHA });
      return github;
    },
    inputs: { "github-token": "ghs_test", "pull-request": "1" },
    check: ({ outputs }, _work, github) => {
      assert.equal(outputs["verdict"], "pass");
      assert.equal(github?.state.comments.length, 1);
      assert.equal(github?.state.checks.length, 1);
    },
  },
  register: {
    prepare: (work) => writeModelFiles(work.at("out")),
    inputs: { name: "line", model: "out/model.onnx" },
    needsRuntime: true,
    check: ({ outputs }) => assert.deepEqual([outputs["version"], outputs["golden-cases"]], ["1", "20"]),
  },
  image: {
    prepare: twoVersions,
    inputs: { name: "m", version: "2" },
    needsRuntime: true,
    check: async ({ outputs }, work) => {
      assert.equal(outputs["reference"], "image:m-2");
      const index = JSON.parse(await work.read("image/index.json")) as { manifests: { digest: string }[] };
      assert.deepEqual(
        index.manifests.map((manifest) => manifest.digest),
        [outputs["digest"]],
      );
    },
  },
  train: {
    prepare: pushTable,
    github: async () => {
      const github = await startFakeGitHub({ runners: [{ name: "gpu-1", labels: ["self-hosted", "gpu"] }] });
      github.addWorkflow(
        "train.yml",
        'run-name: Train ${{ inputs.run }}\non: { workflow_dispatch: { inputs: { run: {}, dataset: {}, yard: {}, parameters: {} } } }\njobs: { train: { runs-on: [self-hosted, gpu], steps: [{ run: "true" }] } }\n',
      );
      return github;
    },
    inputs: { name: "line", "dataset-name": "letters", "github-token": "ghs_test", "poll-interval": "50ms" },
    check: ({ outputs }, _work, github) => {
      assert.deepEqual([outputs["conclusion"], outputs["trained"]], ["success", "true"]);
      assert.equal(github?.state.runs.length, 1);
    },
  },
  promote: {
    prepare: twoVersions,
    service: startServing,
    inputs: { name: "m", version: "2", plan: "50, 100", "min-samples": "20", "min-time": "200ms", "max-time": "60s" },
    check: async ({ outputs }, work) => {
      assert.deepEqual([outputs["outcome"], outputs["version"]], ["promoted", "2"]);
      assert.equal(await productionOf(work), 2);
    },
  },
  rollback: {
    prepare: async (work) => {
      await twoVersions(work);
      await setStage(work.path, "m", "production", 2);
    },
    service: startServing,
    inputs: { name: "m", reason: "the team said so" },
    check: async ({ outputs }, work) => {
      assert.deepEqual([outputs["outcome"], outputs["version"]], ["rolled-back", "1"]);
      assert.equal(await productionOf(work), 1);
    },
  },
  monitor: {
    prepare: shiftedTraffic,
    github: () => startFakeGitHub(),
    inputs: { name: "points", version: "1", window: "1h", "github-token": "ghs_test" },
    check: ({ outputs }, _work, github) => {
      assert.deepEqual([outputs["drifted"], outputs["retrain"]], ["true", "true"]);
      assert.equal(github?.state.issues.length, 1);
    },
  },
};
