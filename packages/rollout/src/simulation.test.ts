import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@modelyard/base";
import { DEFAULT_SETTINGS, foldEvents, type PlannedBody, parsePlan, type RolloutEvent } from "./index.ts";
import { healthyWorld, second, simulate, type World } from "./testing/simulate.ts";

const SEED = 20_260_101;
const RUNS = 300;

const planned: PlannedBody = {
  type: "planned",
  kind: "promote",
  model: "m",
  target: "gateway",
  version: 2,
  baseline: 1,
  plan: parsePlan("1, 10, 30, 100", { minSamples: 100, minTimeMs: 30_000, maxTimeMs: 600_000 }),
  settings: DEFAULT_SETTINGS,
  by: "simulation",
};

function run(index: number, change: Partial<World>): RolloutEvent[] {
  const world: World = { ...healthyWorld, ...change, random: seededRandom(SEED + index) };
  return simulate(planned, (state) => second(world, state));
}

function isRolledBack(events: readonly RolloutEvent[]): boolean {
  const { phase } = foldEvents(events);
  return phase.kind === "finished" && phase.outcome === "rolled-back";
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

test(`equal versions, ${RUNS} rollouts of 200 requests a second (seed ${SEED}): at most alpha rolled back`, (t) => {
  let rolledBack = 0;
  for (let i = 0; i < RUNS; i++) if (isRolledBack(run(i, {}))) rolledBack++;
  t.diagnostic(`seed ${SEED}: ${rolledBack} of ${RUNS} rolled back`);
  // At alpha 0.1 % two or more of 300 have probability 3.7 %; three or more 0.36 %.
  assert.ok(rolledBack <= 2, `${rolledBack} of ${RUNS}`);
});

test(`a version that fails 10 % (stable 0.5 %) is caught at 1 % of the traffic (seed ${SEED})`, (t) => {
  const seconds: number[] = [];
  const failures: number[] = [];
  for (let i = 0; i < 100; i++) {
    const events = run(i, { stableErrors: 0.005, canaryErrors: 0.1 });
    assert.ok(isRolledBack(events));
    const last = events.findLast(({ event }) => event.type === "measured")!.event;
    assert.ok(last.type === "measured");
    seconds.push(last.elapsedMs / 1_000 + (last.index > 0 ? 30 : 0));
    failures.push(last.totals.canary.errors);
  }
  t.diagnostic(`seed ${SEED}: median ${median(seconds)} s, ${median(failures)} failed answers`);
  assert.ok(median(seconds) <= 40 && median(failures) <= 6, `${median(seconds)} s, ${median(failures)} failed`);
});
