import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { startRouter } from "@modelyard/gateway";
import { type FakeModel, fakeReplicas } from "@modelyard/gateway/testing/fake-replicas";
import { startLoad } from "@modelyard/gateway/testing/load";
import { DEFAULT_SETTINGS, foldEvents, type PlannedBody, parsePlan } from "@modelyard/rollout";
import { memoryStore, memoryYard, systemClock, systemRandom } from "@modelyard/store";
import { recordingLog } from "@modelyard/testkit";
import { rolloutJournal } from "../journal.ts";
import { runGateway } from "../run-gateway.ts";
import { openTarget } from "../target.ts";
import { beginRollout } from "../testing/begin-rollout.ts";
import { addVersions } from "../testing/digits-yard.ts";
import { controller } from "./controller.ts";

const good: FakeModel = { label: (value) => value };
const bounds = { minSamples: 5, minTimeMs: 60_000, maxTimeMs: 90_000 };
const planned: PlannedBody = {
  type: "planned",
  kind: "promote",
  model: "m",
  target: "gateway",
  version: 2,
  baseline: 1,
  plan: parsePlan("50, 100", bounds),
  settings: DEFAULT_SETTINGS,
  by: "test",
};

/** A memory store that can lose everything it has, as a directory that is unmounted does, and refuse to write. */
function fickleStore() {
  const full = memoryStore();
  const empty = memoryStore();
  const how = { isGone: false, isReadOnly: false };
  const store = new Proxy(full, {
    get(_, name) {
      const target = how.isGone ? empty : full;
      if (name === "putIfAbsent" && how.isReadOnly) return () => Promise.reject(new Error("the file system is read-only"));
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  return { store, how };
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await isTrue())) {
    if (performance.now() > end) assert.fail(`not true in time: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("a yard that is suddenly empty is away, and no order to stop: the production version goes on serving, one warning says so", async () => {
  const { store, how } = fickleStore();
  const yard = memoryYard({ store });
  await addVersions(yard, 1, 1);
  const log = recordingLog();
  const replicas = fakeReplicas([[1, good]]);
  const ports = { yard, clock: systemClock, random: systemRandom, log };
  const gateway = await runGateway({ ...ports, model: "m", name: "g", port: 0, replicas: 1, launcher: replicas, times: { tickMs: 5 } });
  await until(() => gateway.router.routes.stable?.ready.length === 1);
  how.isGone = true;
  const load = startLoad(gateway.port, 2);
  await until(() => /goes on serving/.test(log.text()) && load.sent() > 100);
  const { failed } = await load.stop();
  assert.deepEqual([failed, gateway.router.routes.stable?.version, replicas.starts(1)], [0, 1, 1]);
  assert.equal(log.text().match(/goes on serving/g)?.length, 1);
  how.isGone = false;
  await gateway.stop();
});

test("a yard that can be read but not written takes the canary's traffic back in the end, and gives it again when it can be written", async () => {
  const { store, how } = fickleStore();
  const yard = memoryYard({ store });
  await addVersions(yard, 2, 1);
  const replicas = fakeReplicas([
    [1, good],
    [2, good],
  ]);
  const ports = { yard, clock: systemClock, random: systemRandom, log: recordingLog() };
  const times = { tickMs: 5, writeMs: 10, blindMs: 150 };
  const gateway = await runGateway({ ...ports, model: "m", name: "g", port: 0, replicas: 1, launcher: replicas, times });
  const rollout = await beginRollout(openTarget("gateway", ports, "m"), planned);
  await until(() => gateway.router.routes.canaryPercent === 50);
  how.isReadOnly = true;
  await until(() => gateway.router.routes.canaryPercent === 0);
  how.isReadOnly = false;
  await until(() => gateway.router.routes.canaryPercent === 50);
  await openTarget("gateway", ports, "m").requestAbort(rollout, "x".repeat(9_000), "y".repeat(9_000));
  await until(async () => foldEvents(await openTarget("gateway", ports, "m").read(rollout, 0)).phase.kind === "finished");
  await gateway.stop();
});

test("two gateways of one name do not take a rollout from each other for ever", async () => {
  const yard = memoryYard();
  await addVersions(yard, 2, 1);
  const log = recordingLog();
  const ports = { yard, clock: systemClock, random: systemRandom, log };
  const target = openTarget("gateway", ports, "m");
  const rollout = await beginRollout(target, planned);
  const make = async () => {
    const router = await startRouter({ port: 0, ...ports });
    const launcher = fakeReplicas([1, 2].map((version) => [version, good] as const));
    const loop = controller({ ...ports, model: "m", target: "gateway", gateway: "same", router, launcher, replicas: 1 });
    return { tick: () => loop.tick(), stop: () => loop.stop().then(() => router.close()) };
  };
  const [a, b] = [await make(), await make()];
  await a.tick();
  for (let i = 0; i < 5; i++) {
    await b.tick();
    await a.tick();
  }
  const claims = (await target.read(rollout, 0)).filter(({ event }) => event.type === "claimed");
  assert.equal(claims.length, 2);
  assert.match(log.text(), /another gateway with the name same took over rollout 1: give each gateway its own --name/);
  await Promise.all([a.stop(), b.stop()]);
});

test("a plan is made from the stages as they are once the rollout before has ended", async () => {
  const ports = { yard: memoryYard(), clock: systemClock, random: systemRandom };
  const target = openTarget("gateway", ports, "m");
  const journal = rolloutJournal(ports, "m", "gateway");
  let baseline = 1;
  const begun = await target.begin(planned, async () => {
    const made = { ...planned, baseline };
    if (baseline === 1) {
      // Another rollout comes and goes between the look at the stage and the begin.
      await journal.append(1, 1, { ...planned, version: 3 });
      await journal.append(1, 2, { type: "aborted", reason: "over" });
      baseline = 3;
    }
    return made;
  });
  assert.deepEqual(begun, { kind: "started", rollout: 2 });
  const first = (await target.read(2, 0))[0]!.event;
  assert.ok(first.type === "planned" && first.baseline === 3);
  await target.withdraw(2, "test");
  assert.deepEqual(await target.begin(planned, async () => undefined), { kind: "unneeded" });
});

test("a plan that no gateway could read is refused before it is written", async () => {
  const ports = { yard: memoryYard(), clock: systemClock, random: systemRandom };
  const target = openTarget("gateway", ports, "m");
  const odd = { ...planned, plan: parsePlan("100", { ...bounds, maxTimeMs: 1e17 }) };
  await assert.rejects(beginRollout(target, odd), (error) => hasCode(error, "ROLLOUT_EVENT_INVALID"));
  assert.equal(await target.latest(), undefined);
});
