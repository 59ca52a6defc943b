import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@modelyard/base";
import { normalCdf } from "@modelyard/stats";
import {
  DEFAULT_SETTINGS,
  foldEvents,
  latencyBudget,
  type MeasuredBody,
  noCounts,
  type PlannedBody,
  parsePlan,
  type RolloutEvent,
} from "./index.ts";
import { healthyWorld, second, simulate, type World } from "./testing/simulate.ts";

const SEED = 20_260_101;
const SCALE = Number(process.env["MODELYARD_TEST_SCALE"] ?? "1");
const RUNS = 1_000 * SCALE;

const BOUNDS = { minSamples: 100, minTimeMs: 30_000, maxTimeMs: 600_000 };
const planned: PlannedBody = {
  type: "planned",
  kind: "promote",
  model: "m",
  target: "gateway",
  version: 2,
  baseline: 1,
  plan: parsePlan("1, 10, 30, 100", BOUNDS),
  settings: DEFAULT_SETTINGS,
  by: "simulation",
};

function run(index: number, change: Partial<World>, plan = planned): RolloutEvent[] {
  const world: World = { ...healthyWorld, ...change, random: seededRandom(SEED + index) };
  return simulate(plan, (state) => second(world, state));
}

interface Caught {
  readonly gate: string;
  /** Since the first request of the canary. */
  readonly seconds: number;
  readonly failures: number;
}

/** When a rollout was rolled back and what it cost until then; undefined when it was not. */
function caught(events: readonly RolloutEvent[]): Caught | undefined {
  const { phase } = foldEvents(events);
  if (phase.kind !== "finished" || phase.outcome !== "rolled-back") return undefined;
  const measured = events.flatMap(({ event }): MeasuredBody[] => (event.type === "measured" ? [event] : []));
  const steps = new Map(measured.map((body) => [body.index, body]));
  const failed = events.find(({ event }) => event.type === "gate-failed")!.event;
  assert.ok(failed.type === "gate-failed");
  let [seconds, failures] = [0, 0];
  for (const { elapsedMs, totals } of steps.values()) {
    seconds += elapsedMs / 1_000;
    failures += totals.canary.errors;
  }
  return { gate: failed.gate, seconds, failures };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Many rollouts of a bad version, each of which a gate has to end. */
function detections(
  runs: number,
  change: Partial<World>,
  plan = planned,
): { found: number; seconds: number; failures: number; gates: Set<string> } {
  const all = Array.from({ length: runs }, (_, i) => caught(run(i, change, plan))).filter((one) => one !== undefined);
  return {
    found: all.length / runs,
    seconds: median(all.map((one) => one.seconds)),
    failures: median(all.map((one) => one.failures)),
    gates: new Set(all.map((one) => one.gate)),
  };
}

test(`equal versions, ${RUNS} whole rollouts of 200 requests a second (seed ${SEED}): at most alpha rolled back`, (t) => {
  let rolledBack = 0;
  for (let i = 0; i < RUNS; i++) if (caught(run(i, {})) !== undefined) rolledBack++;
  t.diagnostic(`seed ${SEED}: ${rolledBack} of ${RUNS} rolled back`);
  // At alpha 0.1 % four or more of 1,000 have probability 1.9 %.
  assert.ok(rolledBack <= 3 * SCALE, `${rolledBack} of ${RUNS}`);
});

test(`a version that fails 10 % (stable 0.5 %) at 1 % of the traffic: back within 20 s and 4 failed answers, in the median (seed ${SEED})`, (t) => {
  const { found, seconds, failures, gates } = detections(RUNS / 2, { stableErrors: 0.005, canaryErrors: 0.1 });
  t.diagnostic(`seed ${SEED}: ${100 * found} % found, median ${seconds} s, ${failures} failed answers`);
  assert.deepEqual([found, [...gates]], [1, ["errors"]]);
  assert.ok(seconds <= 20 && failures <= 4, `${seconds} s, ${failures} failed`);
});

test(`a version that fails 5 % (stable 1 %): found in 99 % of the rollouts at least (seed ${SEED})`, (t) => {
  const { found, seconds, failures } = detections(RUNS / 4, { stableErrors: 0.01, canaryErrors: 0.05 });
  t.diagnostic(`seed ${SEED}: ${100 * found} % found, median ${seconds} s, ${failures} failed answers`);
  assert.ok(found >= 0.99, String(found));
});

test(`a version that fails 10 % after a quarter of an hour without fault is found within seconds all the same (seed ${SEED})`, (t) => {
  const plan: PlannedBody = { ...planned, plan: parsePlan([{ percent: 10, "min-time": "20m", "max-time": "30m" }, 100], BOUNDS) };
  const seconds = Array.from({ length: 20 }, (_, i) => {
    const world: World = { ...healthyWorld, random: seededRandom(SEED + i) };
    let now = 0;
    const events = simulate(plan, (state) => second(now++ < 900 ? world : { ...world, canaryErrors: 0.1 }, state));
    return caught(events)!.seconds - 900;
  });
  t.diagnostic(`seed ${SEED}: median ${median(seconds)} s, at most ${Math.max(...seconds)} s after 900 good ones`);
  assert.ok(median(seconds) <= 15, String(median(seconds)));
});

/** Shares of slow answers when latencies are log-normal (median 20 ms) and the new version takes `factor` times as long, its p99 included. */
function slowShares(sigma: number, factor: number): Pick<World, "stableSlow" | "canarySlow"> {
  const p95Ms = 20 * Math.exp(1.6449 * sigma);
  const budgetMs = latencyBudget({ ...noCounts, requests: 1_000, p50Ms: 20, p95Ms })!;
  const above = (median: number): number => 1 - normalCdf(Math.log(budgetMs / median) / sigma);
  return { stableSlow: above(20), canarySlow: above(20 * factor) };
}

for (const sigma of [0.25, 0.5, 0.7]) {
  test(`p99 x 1.5 (log-normal latencies, sigma ${sigma}): found in 95 % of the rollouts at least (seed ${SEED})`, (t) => {
    const { found, seconds, gates } = detections(RUNS / 10, slowShares(sigma, 1.5));
    t.diagnostic(`seed ${SEED}: ${100 * found} % found, median ${seconds} s`);
    assert.deepEqual([...gates], ["latency"]);
    assert.ok(found >= 0.95, String(found));
  });
}

test(`a version that is 5 % slower is let pass (seed ${SEED})`, () => {
  for (const sigma of [0.25, 0.5, 0.7]) {
    for (let i = 0; i < 20; i++) assert.equal(caught(run(i, slowShares(sigma, 1.05))), undefined);
  }
});
