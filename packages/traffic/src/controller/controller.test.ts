import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode, silentLog } from "@modelyard/base";
import { DEFAULT_WATCH, startRouter } from "@modelyard/gateway";
import { type FakeModel, type FakeReplicas, fakeReplicas } from "@modelyard/gateway/testing/fake-replicas";
import { startLoad } from "@modelyard/gateway/testing/load";
import { readStage } from "@modelyard/registry";
import { DEFAULT_SETTINGS, foldEvents, type PlannedBody, parsePlan, type RolloutEvent } from "@modelyard/rollout";
import { memoryStore, memoryYard, systemClock, systemRandom, type Yard } from "@modelyard/store";
import { fakeClock } from "@modelyard/testkit";
import { type RunningGateway, runGateway } from "../run-gateway.ts";
import { openTarget, type Target } from "../target.ts";
import { beginRollout } from "../testing/begin-rollout.ts";
import { addVersions } from "../testing/digits-yard.ts";
import { controller } from "./controller.ts";

const good: FakeModel = { label: (value) => value };
const times = { tickMs: 25, writeMs: 100, readyTimeoutMs: 1_500 };
const watch = {
  ...DEFAULT_WATCH,
  probeIntervalMs: 30,
  probeTimeoutMs: 500,
  killAfter: 4,
  firstBackoffMs: 20,
  lastBackoffMs: 300,
  drainMs: 2_000,
};
const bounds = { minSamples: 40, minTimeMs: 200, maxTimeMs: 8_000 };

interface Bench extends AsyncDisposable {
  readonly yard: Yard;
  readonly replicas: FakeReplicas;
  readonly gateway: RunningGateway;
  readonly target: Target;
  plan(overrides?: Partial<PlannedBody>): PlannedBody;
  /** Waits for a rollout's end and gives its events. */
  finish(rollout: number): Promise<RolloutEvent[]>;
}

async function bench(models: Record<number, FakeModel>, production: number | undefined, yard = memoryYard()): Promise<Bench> {
  await addVersions(yard, Object.keys(models).length, production);
  const replicas = fakeReplicas(Object.entries(models).map(([version, model]) => [Number(version), model] as const));
  const ports = { yard, clock: systemClock, random: systemRandom, log: silentLog };
  const gateway = await runGateway({
    ...ports,
    model: "m",
    name: "test",
    port: 0,
    adminPort: 0,
    replicas: 1,
    launcher: replicas,
    requestTimeoutMs: 2_000,
    times,
    watch,
  });
  const target = openTarget("gateway", ports, "m");
  if (production !== undefined) await until(() => (gateway.router.routes.stable?.ready.length ?? 0) > 0);
  return {
    yard,
    replicas,
    gateway,
    target,
    plan: (overrides = {}) => ({
      type: "planned",
      kind: "promote",
      model: "m",
      target: "gateway",
      version: 2,
      baseline: production ?? null,
      plan: parsePlan("shadow, 10, 50, 100", bounds),
      settings: DEFAULT_SETTINGS,
      by: "test",
      ...overrides,
    }),
    async finish(rollout) {
      let events: RolloutEvent[] = [];
      await until(async () => {
        events = await target.read(rollout, 0);
        return foldEvents(events).phase.kind === "finished";
      }, 30_000);
      return events;
    },
    [Symbol.asyncDispose]: () => gateway.stop(),
  };
}

async function until(isTrue: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > end) assert.fail(`not true in time: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function types(events: readonly RolloutEvent[]): string[] {
  return events.map(({ event }) => event.type).filter((type) => type !== "measured" && type !== "step-held");
}

function failedGate(events: readonly RolloutEvent[]): string {
  const failed = events.find(({ event }) => event.type === "gate-failed")?.event;
  return failed?.type === "gate-failed" ? `${failed.gate} in step ${failed.index}` : `none: ${types(events).join(", ")}`;
}

test("first version: nothing serves, then it takes all traffic after a bake, and the stage names it", async () => {
  await using b = await bench({ 1: good }, undefined);
  const rollout = await beginRollout(b.target, b.plan({ version: 1, plan: parsePlan("100", bounds) }));
  await until(() => b.gateway.router.routes.canaryPercent === 100 && b.gateway.router.routes.canary?.ready.length === 1);
  const load = startLoad(b.gateway.port, 4);
  const events = await b.finish(rollout);
  await until(() => b.gateway.router.routes.stable?.version === 1);
  assert.equal((await load.stop()).failed, 0);
  assert.deepEqual(types(events).slice(-3), ["step-passed", "completing", "completed"]);
  assert.equal((await readStage(b.yard, "m", "production"))?.version, 1);
});

test("a good version goes through shadow, 10, 50, 100 under load without one failed request", async () => {
  await using b = await bench({ 1: good, 2: good }, 1);
  const load = startLoad(b.gateway.port, 8, { pauseMs: 2 });
  const rollout = await beginRollout(b.target, b.plan());
  const events = await b.finish(rollout);
  await until(() => b.gateway.router.routes.stable?.version === 2 && b.replicas.running(1) === 0);
  const result = await load.stop();
  assert.equal(result.failed, 0, JSON.stringify([...result.statuses]));
  assert.equal(types(events).at(-1), "completed", failedGate(events));
  const stage = await readStage(b.yard, "m", "production");
  assert.deepEqual([stage?.version, stage?.previous, stage?.by, stage?.rollout], [2, 1, "promote", `gateway/${rollout}`]);
  const shadow = events.findLast(({ event }) => event.type === "measured" && event.index === 0)!.event;
  assert.ok(shadow.type === "measured" && shadow.totals.pairs.compared >= bounds.minSamples && shadow.totals.pairs.differed === 0);
});

const bad: readonly (readonly [string, FakeModel, RegExp])[] = [
  [
    "answers 500",
    { label: (v) => v, status: ({ role, id }) => (id.startsWith("golden") || role === "shadow" ? 200 : 500) },
    /errors in step 1/,
  ],
  ["answers 400 to real traffic", { label: (v) => v, status: ({ id }) => (id.startsWith("golden") ? 200 : 400) }, /rejections in step 0/],
  ["answers slowly", { label: (v) => v, delayMs: 120 }, /latency in step 0/],
];
for (const [name, model, expected] of bad) {
  test(`a version that ${name} is rolled back by itself; stable traffic never fails`, async () => {
    await using b = await bench({ 1: good, 2: model }, 1);
    const load = startLoad(b.gateway.port, 8, { pauseMs: 2 });
    const rollout = await beginRollout(b.target, b.plan());
    const events = await b.finish(rollout);
    await until(() => b.replicas.running(2) === 0);
    const result = await load.stop();
    assert.match(failedGate(events), expected);
    assert.deepEqual(types(events).slice(-3), ["gate-failed", "rolling-back", "rolled-back"]);
    const own = result.statuses.get(500) ?? 0;
    assert.equal(result.failed, own);
    assert.equal((await readStage(b.yard, "m", "production"))?.version, 1);
    assert.deepEqual([b.gateway.router.routes.stable?.version, b.gateway.router.routes.canary], [1, null]);
  });
}

test("a version that predicts otherwise fails its golden predictions, or the agreement gate when those cannot show it", async () => {
  await using b = await bench({ 1: good, 2: { label: (value) => value + 1 } }, 1);
  const load = startLoad(b.gateway.port, 8, { pauseMs: 2 });
  const first = await b.finish(await beginRollout(b.target, b.plan()));
  assert.deepEqual(types(first), ["planned", "claimed", "staging-failed", "rolling-back", "rolled-back"]);
  let replays = 0;
  b.replicas.models.set(2, { label: (value) => (replays++ < 60 ? value : value + 1) });
  const second = await b.finish(await beginRollout(b.target, b.plan()));
  assert.match(failedGate(second), /agreement in step 0/);
  assert.equal((await load.stop()).failed, 0);
});

test("a version that does not start fails staging; no traffic ever reached it", async () => {
  await using b = await bench({ 1: good, 2: { ...good, broken: true } }, 1);
  const events = await b.finish(await beginRollout(b.target, b.plan()));
  const failed = events.find(({ event }) => event.type === "staging-failed")!.event;
  assert.ok(failed.type === "staging-failed" && /not ready after/.test(failed.reason), JSON.stringify(failed));
});

test("a canary that is killed again and again is rolled back by the availability gate, traffic goes to the stable version at once", async () => {
  await using b = await bench({ 1: good, 2: good }, 1);
  const load = startLoad(b.gateway.port, 4, { pauseMs: 5 });
  const rollout = await beginRollout(
    b.target,
    b.plan({ plan: parsePlan([{ percent: 50, "min-samples": 100_000 }], { ...bounds, maxTimeMs: 20_000 }) }),
  );
  await until(() => b.gateway.router.routes.canaryPercent === 50);
  let isOver = false;
  const ended = b.finish(rollout).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await until(() => isOver || b.gateway.router.routes.canary?.ready.length === 1);
    b.replicas.crash(2);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const events = await ended;
  assert.match(failedGate(events), /(availability|errors) in step 0/);
  const after = startLoad(b.gateway.port, 4, { prefix: "after" });
  await until(() => after.sent() > 100);
  const [during, afterwards] = [await load.stop(), await after.stop()];
  assert.equal(afterwards.failed, 0);
  assert.deepEqual([...afterwards.versions.keys()], ["1"]);
  assert.ok(during.failed <= 60, `${during.failed} failed of ${during.sent}`);
});

test("no traffic: the step is held with the reason, then rolled back", async () => {
  await using b = await bench({ 1: good, 2: good }, 1);
  const events = await b.finish(await beginRollout(b.target, b.plan({ plan: parsePlan("10, 100", { ...bounds, maxTimeMs: 700 }) })));
  const held = events.find(({ event }) => event.type === "step-held")!.event;
  assert.ok(held.type === "step-held" && /not enough evidence: 0 of 40 samples/.test(held.reason));
  assert.match(failedGate(events), /evidence in step 0/);
});

test("abort: traffic is back on the stable version within the check interval, whatever the phase", async () => {
  await using b = await bench({ 1: good, 2: good }, 1);
  const load = startLoad(b.gateway.port, 4, { pauseMs: 2 });
  const rollout = await beginRollout(b.target, b.plan({ plan: parsePlan("50, 100", { ...bounds, minTimeMs: 60_000, maxTimeMs: 90_000 }) }));
  await until(() => b.gateway.router.routes.canaryPercent === 50);
  await b.target.requestAbort(rollout, "me", "changed my mind");
  const events = await b.finish(rollout);
  assert.deepEqual(types(events).slice(-3), ["abort-requested", "rolling-back", "aborted"]);
  assert.equal(b.gateway.router.routes.canary, null);
  assert.equal((await load.stop()).failed, 0);
});

test("rollback: straight to the version before, with nothing asked of the present one, which hangs", async () => {
  await using b = await bench({ 1: good, 2: good }, 1);
  const load = startLoad(b.gateway.port, 4, { pauseMs: 2 });
  await b.finish(await beginRollout(b.target, b.plan({ plan: parsePlan("100", bounds) })));
  await load.stop();
  b.replicas.models.set(2, { ...good, hung: true });
  const planned = b.plan({ kind: "rollback", version: 1, baseline: 2, plan: parsePlan("100", bounds) });
  const events = await b.finish(await beginRollout(b.target, planned));
  assert.deepEqual(types(events), ["planned", "claimed", "staging-passed", "completing", "completed"]);
  await until(() => b.gateway.router.routes.stable?.version === 1);
  assert.equal((await readStage(b.yard, "m", "production"))?.by, "rollback");
});

test("two promoters at once, 20 rounds: one holds the rollout, the other is told who does", async () => {
  const yard = memoryYard();
  const ports = { yard, clock: systemClock, random: systemRandom };
  const target = openTarget("gateway", ports, "m");
  for (let round = 0; round < 20; round++) {
    const plan = (version: number): PlannedBody => ({
      type: "planned",
      kind: "promote",
      model: "m",
      target: "gateway",
      version,
      baseline: 1,
      plan: parsePlan("100", bounds),
      settings: DEFAULT_SETTINGS,
      by: `promoter of ${version}`,
    });
    const results = await Promise.allSettled([2, 3, 4].map((version) => beginRollout(target, plan(version))));
    const won = results.filter((result) => result.status === "fulfilled");
    assert.equal(won.length, 1);
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      assert.ok(hasCode(result.reason, "ROLLOUT_ACTIVE"));
      assert.match(String(result.reason.message), /begun 20.* by promoter of [234]/);
    }
    const latest = (await target.latest())!;
    assert.equal(latest.id, round + 1);
    assert.deepEqual(await target.begin(latest.state, async () => assert.fail("no plan is needed")), {
      kind: "attached",
      rollout: latest.id,
    });
    await target.requestAbort(latest.id, "test", "next round");
    assert.deepEqual((await target.latest())?.state.phase.kind, "finished");
  }
});

test("targets that are not there yet say so", () => {
  const ports = { yard: memoryYard(), clock: systemClock, random: systemRandom };
  for (const kind of ["kubernetes", "swarm", "kserve"])
    assert.throws(
      () => openTarget(kind, ports, "m"),
      (error) => hasCode(error, "TARGET_NOT_YET"),
    );
  assert.throws(
    () => openTarget("nomad", ports, "m"),
    (error) => hasCode(error, "TARGET_UNKNOWN"),
  );
});

test("a yard that fails while a canary goes bad: its traffic goes back all the same, and the rollback is written later", async () => {
  const store = memoryStore();
  let isDown = false;
  const flaky = new Proxy(store, {
    get(target, name, receiver) {
      const member = Reflect.get(target, name, receiver);
      if (name !== "putIfAbsent") return typeof member === "function" ? member.bind(target) : member;
      return (...args: Parameters<typeof store.putIfAbsent>) =>
        isDown ? Promise.reject(new Error("the store is down")) : store.putIfAbsent(...args);
    },
  });
  await using b = await bench({ 1: good, 2: good }, 1, memoryYard({ store: flaky }));
  const load = startLoad(b.gateway.port, 8, { pauseMs: 2 });
  const rollout = await beginRollout(b.target, b.plan({ plan: parsePlan("50, 100", { ...bounds, minTimeMs: 60_000, maxTimeMs: 90_000 }) }));
  await until(() => b.gateway.router.routes.canaryPercent === 50);
  isDown = true;
  b.replicas.models.set(2, { ...good, status: () => 500 });
  await until(() => b.gateway.router.routes.canaryPercent === 0);
  isDown = false;
  const events = await b.finish(rollout);
  assert.match(failedGate(events), /errors in step 0/);
  await load.stop();
});

test("a paused gateway that wakes after another took its rollout over writes nothing more; one that is alive is left alone", async () => {
  const yard = memoryYard();
  await addVersions(yard, 2, 1);
  const clock = fakeClock();
  const ports = { yard, clock, random: systemRandom, log: silentLog };
  const replicas = fakeReplicas([1, 2].map((version) => [version, good] as const));
  const make = async (gateway: string) => {
    const router = await startRouter({ port: 0, ...ports, clock: systemClock });
    const loop = controller({
      ...ports,
      model: "m",
      target: "gateway",
      gateway,
      router,
      launcher: replicas,
      replicas: 1,
      times: { leaseMs: 60_000 },
    });
    return {
      tick: () => loop.tick(),
      async stop() {
        const stopping = loop.stop();
        await clock.advance(60_000);
        await stopping;
        await router.close();
      },
    };
  };
  const target = openTarget("gateway", ports, "m");
  const plan = parsePlan("50, 100", { ...bounds, maxTimeMs: 3_600_000 });
  const rollout = await beginRollout(target, {
    type: "planned",
    kind: "promote",
    model: "m",
    target: "gateway",
    version: 2,
    baseline: 1,
    plan,
    settings: DEFAULT_SETTINGS,
    by: "test",
  });
  const [a, b] = [await make("a"), await make("b")];
  const holders = async (): Promise<string[]> =>
    (await target.read(rollout, 0)).flatMap(({ event }) => (event.type === "claimed" ? [event.gateway] : []));
  await a.tick();
  for (let i = 0; i < 50; i++) {
    await b.tick();
    await clock.advance(1_000);
    await a.tick();
  }
  assert.deepEqual(await holders(), ["a"]);
  for (let i = 0; i < 70; i++) {
    await clock.advance(1_000);
    await b.tick();
  }
  assert.deepEqual(await holders(), ["a", "b"]);
  const before = await target.read(rollout, 0);
  for (let i = 0; i < 5; i++) await a.tick();
  assert.deepEqual(await target.read(rollout, 0), before);
  await Promise.all([a.stop(), b.stop()]);
});
