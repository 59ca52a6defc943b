import assert from "node:assert/strict";
import { test } from "node:test";
import { mapBounded, silentLog } from "@modelyard/base";
import { fakeReplicas } from "@modelyard/gateway/testing/fake-replicas";
import { type Load, startLoad } from "@modelyard/gateway/testing/load";
import { stageHistory } from "@modelyard/registry";
import { DEFAULT_SETTINGS, foldEvents, parsePlan, type RolloutEvent } from "@modelyard/rollout";
import { type BlobStore, memoryStore, memoryYard, systemClock, systemRandom } from "@modelyard/store";
import { type RunningGateway, runGateway } from "../run-gateway.ts";
import { openTarget } from "../target.ts";
import { beginRollout } from "../testing/begin-rollout.ts";
import { addVersions } from "../testing/digits-yard.ts";

/** What happens at one write: nothing written and an error, or written and the reply lost. */
type Fault = { readonly write: number; readonly kind: "refused" | "reply lost"; readonly then: "goes on" | "is killed" };

/** A store whose n-th write fails once. */
function faulty(store: BlobStore, fault: Fault | undefined): { store: BlobStore; readonly writes: number; readonly hasFailed: boolean } {
  const watch = { writes: 0, hasFailed: false };
  const putIfAbsent: BlobStore["putIfAbsent"] = async (...args) => {
    watch.writes++;
    if (watch.writes !== fault?.write) return store.putIfAbsent(...args);
    if (fault.kind === "reply lost") await store.putIfAbsent(...args);
    watch.hasFailed = true;
    throw new Error(fault.kind);
  };
  return Object.assign(watch, { store: { ...bound(store), putIfAbsent } });
}

function bound(store: BlobStore): BlobStore {
  const { location } = store;
  return {
    location,
    get: (...args) => store.get(...args),
    read: (...args) => store.read(...args),
    head: (...args) => store.head(...args),
    putIfAbsent: (...args) => store.putIfAbsent(...args),
    list: (...args) => store.list(...args),
    delete: (...args) => store.delete(...args),
  };
}

interface Run {
  readonly acts: readonly string[];
  readonly stages: readonly (number | null)[];
  readonly writes: number;
  readonly events: readonly RolloutEvent[];
  /** Inference requests of clients on both versions, as the events count them and as they were sent. */
  readonly counted: number;
  readonly sent: number;
}

async function run(fault?: Fault): Promise<Run> {
  const bare = memoryStore();
  const ports = { yard: memoryYard({ store: bare }), clock: systemClock, random: systemRandom, log: silentLog };
  await addVersions(ports.yard, 2, 1);
  const watch = faulty(bare, fault);
  const launcher = fakeReplicas([1, 2].map((version) => [version, { label: (value: number) => value }] as const));
  const start = (store: BlobStore): Promise<RunningGateway> =>
    runGateway({
      ...ports,
      yard: memoryYard({ store }),
      model: "m",
      name: "g",
      port: 0,
      replicas: 1,
      launcher,
      times: { tickMs: 10, writeMs: 60_000 },
    });
  let gateway = await start(watch.store);
  let load: Load = startLoad(gateway.port, 3, { pauseMs: 2 });
  let sent = 0;
  const target = openTarget("gateway", ports, "m");
  const plan = parsePlan("50, 100", { minSamples: 20, minTimeMs: 80, maxTimeMs: 60_000 });
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
  let events: RolloutEvent[] = [];
  for (let isKilled = false; ; await new Promise((resolve) => setTimeout(resolve, 10))) {
    events = await target.read(rollout, 0);
    if (foldEvents(events).phase.kind === "finished") break;
    if (fault?.then !== "is killed" || isKilled || !watch.hasFailed) continue;
    isKilled = true;
    sent += (await load.stop()).sent;
    await gateway.stop();
    gateway = await start(bare);
    load = startLoad(gateway.port, 3, { pauseMs: 2, prefix: "second" });
  }
  sent += (await load.stop()).sent;
  await gateway.stop();
  const acts = events
    .map(({ event }) => ("index" in event ? `${event.type} ${event.index}` : event.type))
    .filter((type) => !/measured|held|claimed/.test(type));
  const stages = (await stageHistory(ports.yard, "m", "production")).map((event) => event.version);
  return { acts, stages, writes: watch.writes, events, counted: countedIn(events), sent };
}

/** Requests in the last totals of each step. */
function countedIn(events: readonly RolloutEvent[]): number {
  const last = new Map<number, number>();
  for (const { event } of events)
    if (event.type === "measured") last.set(event.index, event.totals.stable.requests + event.totals.canary.requests);
  return [...last.values()].reduce((sum, count) => sum + count, 0);
}

test("every write of a rollout refused, or its reply lost, with the gateway going on or killed: the same end, nothing twice, nothing counted twice", async (t) => {
  const clean = await run();
  assert.deepEqual(clean.stages, [1, 2]);
  assert.equal(clean.acts.at(-1), "completed");
  const faults: Fault[] = [];
  for (let write = 1; write <= clean.writes; write++) {
    for (const kind of ["refused", "reply lost"] as const)
      for (const then of ["goes on", "is killed"] as const) faults.push({ write, kind, then });
  }
  t.diagnostic(`${faults.length} faults at ${clean.writes} writes`);
  await mapBounded(faults, 4, async (fault) => {
    const got = await run(fault);
    const name = JSON.stringify(fault);
    assert.deepEqual(got.acts, clean.acts, name);
    assert.deepEqual(got.stages, clean.stages, name);
    assert.ok(got.counted <= got.sent, `${name}: ${got.counted} counted of ${got.sent} sent`);
  });
});
