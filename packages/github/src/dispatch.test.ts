import assert from "node:assert/strict";
import { test } from "node:test";
import { newUlid, randomInt, seededRandom } from "@modelyard/base";
import { type Fault, fakeClock } from "@modelyard/testkit";
import { drive, startBench } from "./testing/against-fake.ts";

const TRAIN = `name: Train
run-name: train \${{ inputs.run }}
on: { workflow_dispatch: { inputs: { run: { required: true }, dataset: {}, yard: {}, parameters: {} } } }
jobs: { train: { runs-on: ubuntu-latest, steps: [{ run: "true" }] } }
`;
const DISPATCH = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
const inputs = (run: string) => ({
  workflow: "train.yml",
  ref: "main",
  inputs: { run, dataset: "d@1", yard: "y", parameters: "{}" },
  correlation: run,
});

test("the run is known from the reply", async () => {
  await using bench = await startBench({ execute: false });
  bench.fake.addWorkflow("train.yml", TRAIN);
  const run = await bench.client().dispatchWorkflow(inputs("R1"));
  assert.deepEqual([run.id, run.status, bench.fake.state.runs.length], [bench.fake.state.runs[0]!.id, "queued", 1]);
  assert.equal(bench.fake.exchanges.filter((exchange) => exchange.operation?.endsWith("/runs")).length, 0);
});

test("against older servers the run is found by its name", async () => {
  for (const older of ["ignores-details", "refuses-details"] as const) {
    await using bench = await startBench({ execute: false, older, listingLagMs: () => 90_000 });
    bench.fake.addWorkflow("train.yml", TRAIN);
    const github = bench.client();
    const [first, second] = await Promise.all([github.dispatchWorkflow(inputs("R1")), github.dispatchWorkflow(inputs("R2"))]);
    assert.deepEqual(
      bench.fake.state.runs.map((run) => [run.id, run.title]),
      [
        [first.id, "train R1"],
        [second.id, "train R2"],
      ].sort((a, b) => Number(a[0]) - Number(b[0])),
    );
  }
});

test("refusals name the cure", async () => {
  await using bench = await startBench({ execute: false });
  bench.fake.addWorkflow("train.yml", TRAIN.replace("dataset: {}, ", ""));
  bench.fake.addWorkflow("push.yml", "on: push\njobs: {}");
  const github = bench.client();
  await assert.rejects(github.dispatchWorkflow(inputs("R1")), {
    code: "GITHUB_INVALID",
    message: /Unexpected inputs provided: \["dataset"\]/,
    hint: /on:\n {2}workflow_dispatch:\n {4}inputs:\n {6}run: \{ type: string \}\n {6}dataset:/,
  });
  await assert.rejects(github.dispatchWorkflow({ ...inputs("R1"), inputs: { run: "R1" }, ref: "nowhere" }), {
    code: "GITHUB_INVALID",
    hint: /neither a branch nor a tag/,
  });
  await assert.rejects(github.dispatchWorkflow({ ...inputs("R1"), workflow: "push.yml" }), {
    code: "GITHUB_INVALID",
    hint: /declare these inputs in push.yml/,
  });
  await assert.rejects(github.dispatchWorkflow({ ...inputs("R1"), workflow: "nothing.yml" }), {
    code: "GITHUB_NOT_FOUND",
    message: /nothing\.yml/,
  });
  assert.equal(bench.fake.state.runs.length, 0);
});

test("a name without the correlation is explained, and a lost start is never repeated", async () => {
  await using bench = await startBench({ execute: false, older: "ignores-details" });
  bench.fake.addWorkflow("train.yml", TRAIN.replace(/run-name.*\n/, ""));
  await assert.rejects(bench.client().dispatchWorkflow(inputs("R1")), {
    code: "GITHUB_RUN_NOT_FOUND",
    hint: /run-name: Train \$\{\{ inputs\.run \}\}/,
  });
  bench.fake.fail({ operation: DISPATCH, fault: { kind: "status", status: 502 } });
  await assert.rejects(bench.client().dispatchWorkflow(inputs("R2")), { code: "GITHUB_DISPATCH_UNCONFIRMED", retryable: false });
  assert.equal(bench.fake.exchanges.filter((exchange) => exchange.operation === DISPATCH).length, 2);
});

test("waiting ends with the signal", async () => {
  const clock = fakeClock();
  await using bench = await startBench({ execute: false, clock, older: "ignores-details", listingLagMs: () => 1e9 });
  bench.fake.addWorkflow("train.yml", TRAIN);
  const controller = new AbortController();
  const dispatched = bench.client().dispatchWorkflow(inputs("R1"), controller.signal);
  setTimeout(() => controller.abort(new Error("cancelled")), 100);
  await assert.rejects(drive(bench, clock, dispatched), /cancelled/);
});

const ROUNDS = Number(process.env["MODELYARD_G4_ROUNDS"] ?? 200);

test(`G4: ${ROUNDS} dispatches with lag up to 120 s, lost replies and neighbours: all matched, none started twice`, async () => {
  const random = seededRandom(4);
  const BATCH = 20;
  for (let done = 0; done < ROUNDS; done += BATCH) {
    const older = (["ignores-details", "refuses-details", undefined] as const)[randomInt(random, 3)];
    const clock = fakeClock();
    await using bench = await startBench({
      clock,
      execute: false,
      older,
      listingLagMs: () => randomInt(random, 120_000),
      latencyMs: () => randomInt(random, 3) * 20,
    });
    bench.fake.addWorkflow("train.yml", TRAIN);
    const faults: readonly Fault[] = [{ kind: "lost-reply" }, { kind: "truncated" }, { kind: "late-status", status: 504 }];
    // A server that refuses the field would spend the fault on its refusal, which is no dispatch.
    if (older !== "refuses-details")
      for (let i = 0; i < 5; i++) bench.fake.fail({ operation: DISPATCH, fault: faults[randomInt(random, 3)]! });
    const names = Array.from({ length: BATCH }, (_, i) => newUlid(i, random));
    // Each job is a process of its own, with a client of its own.
    const runs = await drive(bench, clock, Promise.all(names.map((name) => bench.client().dispatchWorkflow(inputs(name)))), 500);
    assert.equal(bench.fake.state.runs.length, BATCH, "double start");
    for (const [i, run] of runs.entries()) assert.equal(bench.fake.state.runs.find((one) => one.id === run.id)?.title, `train ${names[i]}`);
  }
});
