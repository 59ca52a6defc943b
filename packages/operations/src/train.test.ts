import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { isUlid } from "@modelyard/base";
import { makeSplitRule } from "@modelyard/content";
import { pointerName, pointerOf, pushDataset, readDatasetVersion, writePointer } from "@modelyard/dataset";
import { octokitGitHub } from "@modelyard/github/octokit";
import { moveStage, registerVersion } from "@modelyard/registry";
import type { Yard } from "@modelyard/store";
import {
  type FakeGitHub,
  type FakeGitHubOptions,
  type RecordingLog,
  recordingLog,
  startFakeGitHub,
  type TemporaryDirectory,
  temporaryDirectory,
} from "@modelyard/testkit";
import type { Context } from "./context.ts";
import { openContextYard } from "./open-yard.ts";
import { OutcomeError } from "./outcome-error.ts";
import { writeModelFiles } from "./testing/model-files.ts";
import { testContext } from "./testing/test-context.ts";
import { type TrainInputs, train } from "./train.ts";

const WORKFLOW = `name: Train
run-name: Train \${{ inputs.run }}
on:
  workflow_dispatch:
    inputs:
      run: { type: string, required: true }
      dataset: { type: string, required: true }
      yard: { type: string, required: true }
      parameters: { type: string, default: "{}" }
jobs:
  train:
    runs-on: [self-hosted, gpu]
    steps:
      - uses: ./actions/record
        with: { event: started, run: "\${{ inputs.run }}", yard: "\${{ inputs.yard }}", dataset: "\${{ inputs.dataset }}", parameters: "\${{ inputs.parameters }}" }
      - uses: ./actions/record
        with: { event: progress, run: "\${{ inputs.run }}", yard: "\${{ inputs.yard }}", step: 3, total: 12, message: half way }
      - run: |
          test "$FAIL" = ""
          echo '{"accuracy": 0.97}' > metrics.json
        env: { FAIL: "\${{ fromJSON(inputs.parameters).fail }}" }
      - uses: ./actions/record
        if: always()
        with: { run: "\${{ inputs.run }}", yard: "\${{ inputs.yard }}", model: out/model.onnx, metrics: metrics.json, outcome: "\${{ job.status }}" }
`;
const SLOW = WORKFLOW.replace('test "$FAIL" = ""', "sleep 60");

interface Bench extends AsyncDisposable {
  readonly directory: TemporaryDirectory;
  readonly fake: FakeGitHub;
  readonly log: RecordingLog;
  readonly yard: Yard;
  context(overrides?: { readonly signal?: AbortSignal }): Context;
  pushRows(rows: number): Promise<number>;
}

async function startBench(options: FakeGitHubOptions & { readonly workflow?: string } = {}): Promise<Bench> {
  const directory = await temporaryDirectory();
  await directory.write(".github/workflows/train.yml", options.workflow ?? WORKFLOW);
  await directory.write("metrics.json", "{}");
  await writeModelFiles(directory.at("out"));
  const runners = [{ name: "gpu-1", labels: ["self-hosted", "linux", "gpu"] }];
  const fake = await startFakeGitHub({ directory: directory.path, runners, cancelGraceMs: 200, ...options });
  const log = recordingLog();
  const context: Bench["context"] = (overrides = {}) => {
    const base = testContext(directory.path, { log, job: { repository: `${fake.owner}/${fake.repo}` }, ...overrides });
    const github = (token: string | undefined) =>
      token === undefined
        ? undefined
        : octokitGitHub({ token, repository: { owner: fake.owner, repo: fake.repo }, apiUrl: fake.url, clock: base.clock, log });
    return { ...base, github };
  };
  const yard = await openContextYard({}, context(), { create: true });
  const pushRows = async (rows: number): Promise<number> => {
    await mkdir(directory.at("data"), { recursive: true });
    const text = Array.from({ length: rows }, (_, i) => `${i},${i * 2}`).join("\n");
    await writeFile(directory.at("data", "a.csv"), `a,b\n${text}\n`);
    const { hasher, clock } = context();
    const { record } = await pushDataset({
      yard,
      name: "line",
      source: directory.at("data"),
      splitRule: makeSplitRule({ salt: "line" }),
      hasher,
      clock,
    });
    return record.version;
  };
  return {
    directory,
    fake,
    log,
    yard,
    context,
    pushRows,
    async [Symbol.asyncDispose]() {
      try {
        await fake.close();
      } finally {
        await directory.remove();
      }
    },
  };
}

const INPUTS: TrainInputs = {
  name: "line",
  workflow: "train.yml",
  datasetName: "line",
  minNewExamples: 1,
  wait: true,
  timeout: 60_000,
  pollInterval: 30,
  githubToken: "ghs_test",
};

async function registerBaseline(bench: Bench, dataset: number): Promise<number> {
  const { hasher, clock } = bench.context();
  const record = await readDatasetVersion(bench.yard, "line", dataset);
  const model = await bench.yard.blobs.put(new TextEncoder().encode(`model ${dataset}`));
  const blob = { digest: model.digest, size: model.size };
  const { version } = await registerVersion(
    bench.yard,
    {
      name: "line",
      model: blob,
      signature: blob,
      golden: null,
      run: null,
      dataset: { name: "line", version: dataset, digest: record!.digest },
      metrics: null,
      headline: {},
      commit: null,
    },
    { hasher, clock },
  );
  return version.version;
}

test("the first training is started with exactly the four inputs, followed, and ends with the model's digest", async () => {
  // Least privilege: this permission alone is enough.
  await using bench = await startBench({ tokens: { ghs_test: { permissions: { actions: "write" } } } });
  await bench.pushRows(20);
  const context = bench.context();
  const outputs = await train({ ...INPUTS, parameters: { epochs: 3 }, runsOn: ["self-hosted", "gpu"] }, context);
  assert.ok(isUlid(outputs.run!));
  assert.deepEqual([outputs.conclusion, outputs.trained, outputs.newExamples], ["success", true, 20]);
  assert.match(outputs.modelDigest!, /^sha256:[0-9a-f]{64}$/);
  const [run] = bench.fake.state.runs;
  assert.deepEqual(run?.inputs, { run: outputs.run, dataset: "line@1", yard: bench.yard.url, parameters: '{"epochs":3}' });
  assert.equal(outputs.runUrl, `${bench.fake.url}/octo/yard/actions/runs/${run?.id}`);
  const lines = bench.log.text();
  for (const line of [
    /has no version yet/,
    /training started on \d+ cores/,
    /step 3 of 12 \(25 %\): half way/,
    /metrics: accuracy 0\.97/,
    /training succeeded after/,
  ])
    assert.match(lines, line);
  assert.match((context as ReturnType<typeof testContext>).summaries.join(), /\| accuracy \| 0\.97 \|/);
});

test("too little new data starts nothing and says why; enough of it trains; production counts before the newest version", async () => {
  await using bench = await startBench();
  await bench.pushRows(20);
  const first = await registerBaseline(bench, 1);
  const { clock, random } = bench.context();
  for (const stage of ["staging", "production"] as const) {
    await moveStage(bench.yard, { name: "line", stage, version: first, by: "promote", reason: "test" }, { clock, random });
  }
  await bench.pushRows(25);
  await registerBaseline(bench, 2);
  const context = bench.context();
  const waiting = await train({ ...INPUTS, minNewExamples: 6 }, context);
  assert.deepEqual(
    [waiting.trained, waiting.newExamples, waiting.run, waiting.conclusion, bench.fake.state.runs.length],
    [false, 5, undefined, undefined, 0],
  );
  assert.match(bench.log.text(), /nothing to train: line@2 has 5 examples that line@1 has not seen \(trained on line@1\); at least 6/);
  assert.match((context as ReturnType<typeof testContext>).summaries.join(), /nothing to do/);
  assert.equal((await train({ ...INPUTS, minNewExamples: 5 }, bench.context())).trained, true);
});

test("the pointer file of the dataset wins over its newest version, a given dataset over both", async () => {
  await using bench = await startBench({ execute: false });
  await bench.pushRows(20);
  const old = await readDatasetVersion(bench.yard, "line", 1);
  await bench.pushRows(30);
  const started = async (inputs: Partial<TrainInputs>): Promise<string | undefined> => {
    await train({ ...INPUTS, ...inputs, wait: false }, bench.context());
    return bench.fake.state.runs.at(-1)?.inputs["dataset"];
  };
  assert.equal(await started({}), "line@2");
  await writePointer(bench.directory.at(pointerName("line")), pointerOf(old!));
  assert.equal(await started({}), "line@1");
  assert.equal(await started({ dataset: "line@2" }), "line@2");
});

test("a failed training fails with its link and how far it came, and keeps the outputs", async () => {
  await using bench = await startBench();
  await bench.pushRows(20);
  await assert.rejects(train({ ...INPUTS, parameters: { fail: "yes" } }, bench.context()), (error: unknown) => {
    assert.ok(error instanceof Error && "code" in error && "outputs" in error);
    assert.equal(error.code, "TRAIN_FAILED");
    assert.match(error.message, /ended as failure, last seen at step 3 of 12 \(25 %\): http:.*\/actions\/runs\/\d+/);
    assert.equal((error.outputs as { conclusion: string }).conclusion, "failure");
    return true;
  });
});

test("a cancelled wait cancels the training", async () => {
  await using bench = await startBench({ workflow: SLOW });
  await bench.pushRows(20);
  const controller = new AbortController();
  const waiting = train(INPUTS, bench.context({ signal: controller.signal }));
  waiting.catch(() => undefined);
  while (!bench.log.text().includes("half way")) await new Promise((resolve) => setTimeout(resolve, 20));
  controller.abort(new Error("the job was cancelled"));
  await assert.rejects(waiting, /the job was cancelled/);
  await bench.fake.idle();
  assert.equal(bench.fake.state.runs[0]?.conclusion, "cancelled");
  assert.match(bench.log.text(), /the training run was cancelled: http/);
});

test("a training that no runner took is cancelled and named, and its address is an output", async () => {
  await using bench = await startBench({ execute: false });
  await bench.pushRows(20);
  await assert.rejects(train({ ...INPUTS, timeout: 200 }, bench.context()), (error: unknown) => {
    assert.ok(error instanceof OutcomeError);
    assert.deepEqual(
      [error.code, /did not start within 200ms \(it is queued\)/.test(error.message)],
      ["TRAIN_TIMEOUT", true],
      error.message,
    );
    assert.match((error.outputs as { runUrl: string }).runUrl, /^http/);
    return true;
  });
  assert.equal(bench.fake.state.runs[0]?.conclusion, "cancelled");
});

test("a dry run and one that is not waited for", async () => {
  await using bench = await startBench({ execute: false });
  await bench.pushRows(20);
  assert.equal((await train({ ...INPUTS, dryRun: true }, bench.context())).trained, false);
  assert.equal(bench.fake.state.runs.length, 0);
  const outputs = await train({ ...INPUTS, wait: false }, bench.context());
  assert.deepEqual([outputs.trained, outputs.conclusion, bench.fake.state.runs.length], [true, undefined, 1]);
});

test("a training that records nothing is warned of", async () => {
  await using bench = await startBench({ workflow: `${WORKFLOW.split("steps:")[0]}steps: [{ run: "true" }]\n` });
  await bench.pushRows(20);
  assert.deepEqual([(await train(INPUTS, bench.context())).modelDigest, bench.log.of("warning").length], [undefined, 1]);
  assert.match(bench.log.of("warning").join(), /add the action record/);
});

test("runners are looked at where the token may list them", async () => {
  await using bench = await startBench({
    execute: false,
    tokens: { ghp_admin: { permissions: { actions: "write", administration: "read" }, login: "mona" } },
  });
  await bench.pushRows(20);
  const quiet = { ...INPUTS, wait: false, githubToken: "ghp_admin" };
  await train({ ...quiet, runsOn: ["self-hosted", "GPU"] }, bench.context());
  await train({ ...quiet, runsOn: ["ubuntu-latest"] }, bench.context());
  assert.deepEqual(bench.log.of("warning"), []);
  await train({ ...quiet, runsOn: ["self-hosted", "tpu"] }, bench.context());
  assert.match(bench.log.of("warning").join(), /no self-hosted runner of this repository has the labels self-hosted, tpu/);
});

test("bad input is one error with the next step, and starts nothing", async () => {
  await using bench = await startBench({
    execute: false,
    workflow: WORKFLOW.replace(/ {6}yard.*\n/, ""),
    tokens: { ghs_test: { permissions: { actions: "write" } }, ghs_reader: { permissions: { actions: "read" } } },
  });
  await bench.pushRows(20);
  const context = bench.context();
  const bad: [Partial<TrainInputs>, object][] = [
    [{ name: undefined }, { code: "INPUT_INVALID", message: /the model has no name/ }],
    [{ datasetName: undefined }, { code: "INPUT_INVALID", message: /the dataset has no name/ }],
    [{ dataset: "line@9" }, { code: "DATASET_VERSION_MISSING" }],
    [{ parameters: [1] }, { code: "INPUT_INVALID", message: /parameters is not a JSON object/ }],
    [{ githubToken: undefined }, { code: "GITHUB_MISSING", hint: /github-token/ }],
    [{ githubToken: "ghs_reader" }, { code: "GITHUB_FORBIDDEN", hint: /permissions:\n {2}actions: write/ }],
    [{ workflow: "other.yml" }, { code: "GITHUB_NOT_FOUND", message: /other\.yml/ }],
    [{ ref: "nowhere" }, { code: "GITHUB_INVALID", message: /No ref found for: nowhere/ }],
    [
      {},
      { code: "GITHUB_INVALID", message: /\["yard"\]/, hint: /on:\n {2}workflow_dispatch:\n {4}inputs:\n[\s\S]*yard: \{ type: string \}/ },
    ],
    [{ yard: "s3x://nothing" }, { message: /not a store we know/ }],
  ];
  for (const [inputs, expected] of bad) await assert.rejects(train({ ...INPUTS, ...inputs }, context), expected, JSON.stringify(inputs));
  assert.equal(bench.fake.state.runs.length, 0);
});
