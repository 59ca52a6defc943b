import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode, isModelyardError } from "@modelyard/base";
import { type FakeModel, type FakeReplicas, fakeReplicas } from "@modelyard/gateway/testing/fake-replicas";
import { startLoad } from "@modelyard/gateway/testing/load";
import { octokitGitHub } from "@modelyard/github/octokit";
import { moveStage, readStage } from "@modelyard/registry";
import { openYard, type Yard } from "@modelyard/store";
import { nodeHasher } from "@modelyard/store/node-hasher";
import { systemClock } from "@modelyard/store/system-clock";
import { systemRandom } from "@modelyard/store/system-random";
import { recordingLog, startFakeGitHub, temporaryDirectory } from "@modelyard/testkit";
import { type RunningGateway, runGateway } from "@modelyard/traffic/run-gateway";
import { addVersions } from "@modelyard/traffic/testing/digits-yard";
import { OutcomeError } from "./outcome-error.ts";
import { previousVersion } from "./promote/previous-version.ts";
import { type PromoteInputs, promote } from "./promote.ts";
import { type RollbackInputs, rollback } from "./rollback.ts";
import { testContext } from "./testing/test-context.ts";

const good: FakeModel = { label: (value) => value };
const failing: FakeModel = { label: (value) => value, status: ({ id }) => (id.startsWith("golden") ? 200 : 500) };

const promoteDefaults: PromoteInputs = {
  name: "m",
  version: "2",
  target: "gateway",
  plan: "50, 100",
  minSamples: 30,
  minTime: 200,
  maxTime: 10_000,
  alpha: 0.001,
  maxDisagreement: 0.25,
  environment: "production",
  claimTimeout: 5_000,
  timeout: 60_000,
  failOnRollback: true,
};
const rollbackDefaults: RollbackInputs = {
  name: "m",
  target: "gateway",
  reason: "test",
  environment: "production",
  claimTimeout: 5_000,
  timeout: 30_000,
};

interface Bench extends AsyncDisposable {
  readonly directory: string;
  readonly yard: Yard;
  readonly gateway: RunningGateway;
  readonly replicas: FakeReplicas;
}

async function bench(models: Record<number, FakeModel>, production?: number): Promise<Bench> {
  const directory = await temporaryDirectory();
  const yard = await yardIn(directory.path);
  await addVersions(yard, Object.keys(models).length, production);
  const replicas = fakeReplicas(Object.entries(models).map(([version, model]) => [Number(version), model] as const));
  const ports = { yard, clock: systemClock, random: systemRandom, log: recordingLog() };
  const gateway = await runGateway({
    ...ports,
    model: "m",
    name: "test",
    port: 0,
    replicas: 1,
    launcher: replicas,
    times: { tickMs: 25, writeMs: 100 },
  });
  return {
    directory: directory.path,
    yard,
    gateway,
    replicas,
    async [Symbol.asyncDispose]() {
      await gateway.stop();
      await directory.remove();
    },
  };
}

function yardIn(directory: string): Promise<Yard> {
  return openYard({
    location: undefined,
    env: {},
    workspace: directory,
    hasher: nodeHasher,
    clock: systemClock,
    random: systemRandom,
    create: true,
  });
}

test("first version, then the next under load, then back, then back again says there is nothing before", async () => {
  await using b = await bench({ 1: good, 2: good });
  const log = recordingLog();
  const context = testContext(b.directory, { log });
  assert.deepEqual(await promote({ ...promoteDefaults, version: "1" }, context), { outcome: "promoted", rollout: 1, version: 1 });
  assert.match(log.text(), /one step: all traffic/);
  const load = startLoad(b.gateway.port, 4, { pauseMs: 2 });
  assert.deepEqual(await promote(promoteDefaults, context), { outcome: "promoted", rollout: 2, version: 2 });
  assert.match(log.text(), /step 1 of 2 \(50 %\) passed: .*0 of \d+ failed/);
  assert.deepEqual(await promote(promoteDefaults, context), { outcome: "already", rollout: undefined, version: 2 });
  assert.deepEqual(await rollback(rollbackDefaults, context), { outcome: "rolled-back", rollout: 3, version: 1 });
  await assert.rejects(rollback(rollbackDefaults, context), (error) => hasCode(error, "NOTHING_TO_ROLL_BACK"));
  assert.deepEqual(await rollback({ ...rollbackDefaults, version: "2" }, context), { outcome: "rolled-back", rollout: 4, version: 2 });
  assert.equal((await load.stop()).failed, 0);
  assert.match(context.summaries.join(""), /Rollout 2: `m@2` promoted[\s\S]*step 2 of 2/);
});

test("a bad version is rolled back: the step fails with the figures and its outputs, or passes when told to", async () => {
  await using b = await bench({ 1: good, 2: failing }, 1);
  const context = testContext(b.directory);
  const load = startLoad(b.gateway.port, 4, { pauseMs: 2 });
  await assert.rejects(promote(promoteDefaults, context), (error) => {
    assert.ok(error instanceof OutcomeError && error.code === "ROLLED_BACK");
    assert.match(error.message, /m@2 was rolled back: errors: 50 %: \d+ of \d+ failed/);
    assert.deepEqual(error.outputs, { outcome: "rolled-back", rollout: 1, version: 2 });
    return true;
  });
  assert.deepEqual(await promote({ ...promoteDefaults, failOnRollback: false }, context), {
    outcome: "rolled-back",
    rollout: 2,
    version: 2,
  });
  await load.stop();
  assert.equal((await readStage(b.yard, "m", "production"))?.version, 1);
});

test("cancelled: traffic is back on the stable version before SIGTERM would come, and the outcome is aborted", async () => {
  await using b = await bench({ 1: good, 2: good }, 1);
  const cancel = new AbortController();
  const promoting = promote({ ...promoteDefaults, minTime: 60_000, maxTime: 90_000 }, testContext(b.directory, { signal: cancel.signal }));
  const outcome = promoting.catch((error: unknown) => error);
  await until(() => b.gateway.router.routes.canaryPercent === 50);
  cancel.abort(new Error("cancelled"));
  const error = await outcome;
  assert.ok(error instanceof OutcomeError && error.code === "ROLLOUT_ABORTED", String(error));
  assert.deepEqual(error.outputs, { outcome: "aborted", rollout: 1, version: 2 });
  assert.equal(b.gateway.router.routes.canaryPercent, 0);
});

test("rollback during a promotion ends it; a second promoter is refused by name; a second step of the same version attaches", async () => {
  await using b = await bench({ 1: good, 2: good, 3: good }, 1);
  const slow = { ...promoteDefaults, minTime: 60_000, maxTime: 90_000 };
  const first = promote({ ...slow, failOnRollback: false }, testContext(b.directory, { env: { USER: "ann" } }));
  await until(() => b.gateway.router.routes.canaryPercent === 50);
  const attached = promote({ ...slow, failOnRollback: false }, testContext(b.directory));
  await assert.rejects(promote({ ...slow, version: "3" }, testContext(b.directory)), (error) => {
    assert.ok(isModelyardError(error) && error.code === "ROLLOUT_ACTIVE");
    assert.match(error.message, /rollout 1 of m@2 on gateway .*by ann on the command line, carried out by gateway test/);
    return true;
  });
  const back = await rollback(rollbackDefaults, testContext(b.directory));
  assert.deepEqual(back, { outcome: "rolled-back", rollout: 1, version: 1 });
  assert.deepEqual(await first, { outcome: "aborted", rollout: 1, version: 2 });
  assert.deepEqual(await attached, { outcome: "aborted", rollout: 1, version: 2 });
});

test("no gateway: the rollout is withdrawn and the error says what to start", async () => {
  await using directory = await temporaryDirectory();
  await addVersions(await yardIn(directory.path), 2, 1);
  const context = testContext(directory.path);
  for (const act of [
    () => promote({ ...promoteDefaults, claimTimeout: 300 }, context),
    // Staged, so that there is something to go to.
    async () => {
      await moveStage(await yardIn(directory.path), { name: "m", stage: "staging", version: 2, by: "test", reason: "tried" }, context);
      return rollback({ ...rollbackDefaults, version: "2", claimTimeout: 300 }, context);
    },
  ]) {
    await assert.rejects(
      act(),
      (error) => isModelyardError(error) && error.code === "ROLLOUT_UNCLAIMED" && /modelyard gateway --model m/.test(error.hint ?? ""),
    );
  }
});

test("bad input: one clear error, nothing written; a dry run writes nothing either", async () => {
  await using directory = await temporaryDirectory();
  await addVersions(await yardIn(directory.path), 2, 1);
  const log = recordingLog();
  const context = testContext(directory.path, { log });
  const rollouts = async (): Promise<number> => (await directory.files()).filter((file) => file.includes("rollouts")).length;
  const wrong: readonly (readonly [Partial<PromoteInputs>, string])[] = [
    [{ plan: "30, 10" }, "PLAN_INVALID"],
    [{ target: "kubernetes" }, "TARGET_NOT_YET"],
    [{ version: "9" }, "MODEL_VERSION_MISSING"],
    [{ version: "1.5" }, "VERSION_INVALID"],
    [{ name: undefined }, "INPUT_INVALID"],
    [{ minTime: 20_000 }, "PLAN_INVALID"],
  ];
  for (const [change, code] of wrong)
    await assert.rejects(promote({ ...promoteDefaults, ...change }, context), (error) => hasCode(error, code), code);
  assert.deepEqual(await promote({ ...promoteDefaults, dryRun: true }, context), { outcome: undefined, rollout: undefined, version: 2 });
  assert.match(log.text(), /"percent": 50/);
  // The stage could never be moved there in the end: told before anything is sent.
  for (const dryRun of [true, false])
    await assert.rejects(
      rollback({ ...rollbackDefaults, version: "2", dryRun }, context),
      (error) => isModelyardError(error) && error.code === "ROLLBACK_NEVER_SERVED" && /name one that was \(1\)/.test(error.hint ?? ""),
    );
  await moveStage(await yardIn(directory.path), { name: "m", stage: "staging", version: 2, by: "test", reason: "tried" }, context);
  assert.deepEqual(await rollback({ ...rollbackDefaults, version: "2", dryRun: true }, context), {
    outcome: undefined,
    rollout: undefined,
    version: 2,
  });
  assert.equal(await rollouts(), 0);
});

test("GitHub shows the rollout as a deployment; without the permission there is a warning with the YAML", async () => {
  await using github = await startFakeGitHub({
    tokens: { writer: { permissions: { deployments: "write" } }, reader: { permissions: { contents: "read" } } },
  });
  await using b = await bench({ 1: good, 2: good });
  for (const [token, version] of [
    ["writer", "1"],
    ["reader", "2"],
  ] as const) {
    const log = recordingLog();
    const context = testContext(b.directory, {
      log,
      job: { sha: "a".repeat(40), runUrl: "https://example.com/run" },
      github: (given) =>
        given === undefined
          ? undefined
          : octokitGitHub({
              token: given,
              repository: { owner: github.owner, repo: github.repo },
              apiUrl: github.url,
              clock: systemClock,
              log,
            }),
    });
    const load = startLoad(b.gateway.port, 2, { pauseMs: 2 });
    const { outcome } = await promote({ ...promoteDefaults, version, githubToken: token }, context);
    await load.stop();
    assert.equal(outcome, "promoted");
    const warned = log.of("warning").join("\n");
    if (token === "writer") assert.equal(warned, "");
    else assert.match(warned, /deployments: write/);
  }
  assert.equal(github.state.deployments.length, 1);
  assert.equal(github.state.deployments[0]!.statuses.at(-1)?.state, "success");
  assert.deepEqual(github.violations, []);
});

test("previous version: rolling back twice goes two versions back, never to what was rolled back", () => {
  const history = (text: string) =>
    text.split(" ").map((word) => ({ version: Number(word.slice(1)), by: word[0] === "r" ? "rollback" : "promote" }));
  const cases: readonly (readonly [string, number | undefined])[] = [
    ["p1", undefined],
    ["p1 p2", 1],
    ["p1 p2 p3 r2", 1],
    ["p1 p2 p3 r2 r1", undefined],
    ["p1 p2 r1 p3", 1],
    ["p1 r5", 1],
  ];
  for (const [text, expected] of cases) assert.equal(previousVersion(history(text)), expected, text);
});

async function until(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    if (isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail(`not true in time: ${isTrue}`);
}
