import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@modelyard/base";
import fc from "fast-check";
import {
  applyEvent,
  DEFAULT_SETTINGS,
  decide,
  desiredTraffic,
  emptyWindow,
  eventBodySchema,
  type Facts,
  foldEvents,
  noCounts,
  type PlannedBody,
  parsePlan,
  type RolloutEvent,
  rolloutEventSchema,
  type Window,
} from "./index.ts";
import { healthyWorld, second, simulate, type World } from "./testing/simulate.ts";

const BOUNDS = { minSamples: 50, minTimeMs: 5_000, maxTimeMs: 60_000 };

function plannedBody(overrides: Partial<PlannedBody> = {}): PlannedBody {
  const plan = parsePlan("shadow, 10, 30, 100", BOUNDS);
  return {
    type: "planned",
    kind: "promote",
    model: "digits",
    target: "gateway",
    version: 8,
    baseline: 7,
    plan,
    settings: DEFAULT_SETTINGS,
    by: "test",
    ...overrides,
  };
}

const steady: Window = {
  ...emptyWindow,
  stable: { ...noCounts, requests: 90, p50Ms: 1, p95Ms: 2 },
  canary: { ...noCounts, requests: 20, p50Ms: 1, p95Ms: 2 },
  pairs: { compared: 20, lost: 1, differed: 0 },
  stableReady: 1,
  canaryReady: 1,
};

const facts: Facts = {
  holder: "h",
  mayClaim: true,
  gateway: "g",
  budgetMs: 10,
  window: steady,
  sinceMs: 1_000,
  writeDue: true,
  stageMoved: false,
};

function outcome(events: readonly RolloutEvent[]): string {
  const { phase } = foldEvents(events);
  return phase.kind === "finished" ? phase.outcome : phase.kind;
}

function types(events: readonly RolloutEvent[]): string[] {
  return events.map(({ event }) => event.type).filter((type) => type !== "measured");
}

test("a good version walks through the plan; the traffic rises and the stable share stays until the end", () => {
  const events = simulate(plannedBody(), () => steady);
  assert.deepEqual(types(events), [
    "planned",
    "claimed",
    "staging-passed",
    ...[1, 2, 3, 4].flatMap(() => ["step-started", "step-passed"]),
    "completing",
    "completed",
  ]);
  const weights = events.flatMap(({ event }) => (event.type === "step-started" ? [[event.canaryPercent, event.mirrorPercent]] : []));
  assert.deepEqual(weights, [
    [0, 100],
    [10, 0],
    [30, 0],
    [95, 0],
  ]);
  for (const event of events) assert.deepEqual(rolloutEventSchema.parse(JSON.parse(JSON.stringify(event))), event);
});

test("no step passes before its samples and its time", () => {
  const events = simulate(plannedBody(), () => steady);
  events.forEach(({ event }, i) => {
    if (event.type !== "step-passed") return;
    const last = events[i - 1]!.event;
    assert.ok(last.type === "measured" && last.elapsedMs >= BOUNDS.minTimeMs && last.totals.canary.requests >= BOUNDS.minSamples);
  });
});

const useless: readonly (readonly [string, unknown])[] = [
  ["nothing", undefined],
  ["null", null],
  ["an empty object", {}],
  ["a text", "ok"],
  ["ready but idle", { ...emptyWindow, stableReady: 1, canaryReady: 1 }],
  ["NaN requests", { ...steady, canary: { ...steady.canary, requests: Number.NaN } }],
  ["infinite requests", { ...steady, canary: { ...steady.canary, requests: Number.POSITIVE_INFINITY } }],
  ["negative errors", { ...steady, canary: { ...steady.canary, errors: -1 } }],
  ["half requests", { ...steady, canary: { ...steady.canary, requests: 0.5 } }],
  ["errors above requests", { ...steady, canary: { ...steady.canary, errors: 21 } }],
  ["slow above requests", { ...steady, stable: { ...steady.stable, slow: 91 } }],
  ["more differing than compared", { ...steady, pairs: { compared: 1, lost: 0, differed: 2 } }],
  ["NaN latency", { ...steady, canary: { ...steady.canary, p95Ms: Number.NaN } }],
  ["an unknown label", { ...steady, other: 1 }],
  ["a missing side", { ...steady, stable: undefined }],
  ["only stable traffic", { ...steady, canary: noCounts, pairs: emptyWindow.pairs }],
  ["nothing compared", { ...steady, pairs: { compared: 0, lost: 20, differed: 0 } }],
];
for (const [name, window] of useless) {
  test(`metrics that are ${name}: the first step is held, then rolled back; never passed`, () => {
    const events = simulate(plannedBody(), () => window);
    const all = types(events);
    assert.deepEqual(all.slice(3), ["step-started", "step-held", "gate-failed", "rolling-back", "rolled-back"]);
    const last = events.findLast(({ event }) => event.type === "measured")!.event;
    assert.ok(last.type === "measured" && last.elapsedMs === BOUNDS.maxTimeMs);
  });
}

test("too few samples: the reason says how many of how many", () => {
  const events = simulate(plannedBody({ plan: parsePlan([{ percent: 10, "min-samples": 100_000 }], BOUNDS) }), () => steady);
  const held = events.find(({ event }) => event.type === "step-held")!.event;
  assert.ok(held.type === "step-held" && /not enough evidence: \d+ of 100000 samples/.test(held.reason), JSON.stringify(held));
  assert.equal(outcome(events), "rolled-back");
});

test("a clock that stands still or jumps back never lets a step pass", () => {
  const state = foldEvents(simulate(plannedBody(), () => steady).slice(0, 4));
  for (const sinceMs of [0, -3_600_000, Number.NaN]) {
    let s = state;
    for (let i = 0; i < 50; i++) {
      const command = decide(s, { ...facts, holder: s.holder!, sinceMs });
      assert.ok(command.kind === "append" && command.event.type === "measured");
      s = applyEvent(s, command.event, s.seq + 1);
    }
  }
});

test("killed after any event and resumed by another process: same final state, no step twice, no weight above the plan", () => {
  const run = (start: readonly RolloutEvent[] | undefined, at: number, bad: boolean): RolloutEvent[] =>
    simulate(plannedBody(), () => (bad ? { ...steady, canary: { ...steady.canary, errors: 10 } } : steady), at, start);
  for (const bad of [false, true]) {
    const whole = simulate(plannedBody(), () => (bad ? { ...steady, canary: { ...steady.canary, errors: 10 } } : steady));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { minLength: 1, maxLength: 6 }), (kills) => {
        let events: RolloutEvent[] | undefined;
        for (const acts of kills) events = run(events, acts, bad);
        const end = run(events, 20_000, bad);
        const { phase: a, checks: b } = foldEvents(end);
        const { phase: c, checks: d } = foldEvents(whole);
        assert.deepEqual({ a, b }, { a: c, b: d });
        const once = (list: readonly RolloutEvent[]): string[] => types(list).filter((type) => type !== "claimed");
        assert.deepEqual(once(end), once(whole));
      }),
      { numRuns: 50 },
    );
  }
});

test("killed at every single event: the same end", () => {
  const whole = simulate(plannedBody(), () => steady);
  for (let n = 1; n < whole.length; n++) {
    const end = simulate(plannedBody(), () => steady, 20_000, whole.slice(0, n));
    assert.deepEqual(foldEvents(end).phase, foldEvents(whole).phase);
  }
});

test("abort: from every phase before completing all traffic goes back", () => {
  const whole = simulate(plannedBody(), () => steady);
  whole.forEach((_, i) => {
    const start = whole.slice(0, i + 1);
    const before = foldEvents(start);
    if (before.phase.kind === "completing" || before.phase.kind === "finished") return;
    const asked: RolloutEvent = {
      format: 1,
      seq: start.length + 1,
      time: "2026-01-01T00:00:00.000Z",
      id: "e",
      event: { type: "abort-requested", by: "me", reason: "changed my mind" },
    };
    const end = simulate(plannedBody(), () => steady, 100, [...start, asked]);
    assert.equal(outcome(end), "aborted");
    assert.deepEqual(desiredTraffic(foldEvents(end)), { stable: 7, canary: null, canaryPercent: 0, mirrorPercent: 0 });
  });
});

test("a rollback needs neither metrics nor golden predictions", () => {
  const planned = plannedBody({ kind: "rollback", plan: parsePlan("100", BOUNDS) });
  const claimed = applyEvent(
    foldEvents([{ format: 1, seq: 1, time: "2026-01-01T00:00:00.000Z", id: "e", event: planned }]),
    { type: "claimed", holder: "h", gateway: "g" },
    2,
  );
  assert.deepEqual(decide(claimed, facts), { kind: "check-candidate", depth: "ready" });
  const events = simulate(planned, () => assert.fail("a rollback must not measure"));
  assert.deepEqual(types(events), ["planned", "claimed", "staging-passed", "completing", "completed"]);
});

test("failed staging checks: no traffic ever", () => {
  const claimed = simulate(plannedBody(), () => steady).slice(0, 2);
  let state = foldEvents(claimed);
  const seen: string[] = [];
  while (state.phase.kind !== "finished") {
    const command = decide(state, {
      ...facts,
      holder: state.holder!,
      checks: [{ name: "golden", passed: false, detail: "case 3 differs" }],
    });
    assert.ok(command.kind === "append");
    seen.push(command.event.type);
    state = applyEvent(state, command.event, state.seq + 1);
    assert.equal(desiredTraffic(state).canaryPercent + desiredTraffic(state).mirrorPercent, 0);
  }
  assert.deepEqual(seen, ["staging-failed", "rolling-back", "rolled-back"]);
});

test("a rollout held by another living gateway is left alone; a newer holder fences the old one", () => {
  const state = foldEvents(simulate(plannedBody(), () => steady).slice(0, 6));
  assert.deepEqual(decide(state, { ...facts, holder: "another", mayClaim: false }), { kind: "leave-alone" });
  const taken = applyEvent(state, { type: "claimed", holder: "another", gateway: "g2" }, state.seq + 1);
  assert.deepEqual(decide(taken, { ...facts, holder: state.holder!, mayClaim: false }), { kind: "leave-alone" });
});

test("first version: absolute limits instead of a comparison", () => {
  const planned = plannedBody({ baseline: null, plan: parsePlan("100", BOUNDS) });
  const good = simulate(planned, () => ({ ...steady, stable: noCounts, stableReady: 0 }));
  assert.equal(outcome(good), "promoted");
  const bad = simulate(planned, () => ({ ...steady, stable: noCounts, canary: { ...steady.canary, errors: 8 } }));
  assert.equal(outcome(bad), "rolled-back");
  assert.deepEqual(desiredTraffic(foldEvents(bad)), { stable: null, canary: null, canaryPercent: 0, mirrorPercent: 0 });
});

test("first version: no clients yet is no obstacle, a replica that is not there is", () => {
  const planned = plannedBody({ baseline: null, plan: parsePlan("100", BOUNDS) });
  assert.equal(outcome(simulate(planned, () => ({ ...emptyWindow, canaryReady: 1 }))), "promoted");
  assert.equal(outcome(simulate(planned, () => emptyWindow)), "rolled-back");
  assert.equal(outcome(simulate(planned, () => undefined)), "rolled-back");
});

test("a version that disagrees beyond the limit fails in shadow, before any traffic", () => {
  const events = simulate(plannedBody(), () => ({ ...steady, pairs: { compared: 20, lost: 0, differed: 14 } }));
  const failed = events.find(({ event }) => event.type === "gate-failed")!.event;
  assert.ok(failed.type === "gate-failed" && failed.gate === "agreement" && failed.index === 0);
});

test("a version that crashes again and again, or never comes back, fails", () => {
  for (const window of [
    { ...steady, canaryCrashes: 1 },
    { ...steady, canary: noCounts, canaryReady: 0 },
  ]) {
    const events = simulate(plannedBody(), () => window);
    const failed = events.find(({ event }) => event.type === "gate-failed")!.event;
    assert.ok(failed.type === "gate-failed" && failed.gate === "availability", JSON.stringify(failed));
  }
});

test("slow answers: twice the odds are let pass, a regression is not", () => {
  const world = (random: World["random"], canarySlow: number): World => ({ ...healthyWorld, random, stableSlow: 0.02, canarySlow });
  const good = world(seededRandom(1), 0.03);
  assert.equal(outcome(simulate(plannedBody(), (state) => second(good, state))), "promoted");
  const bad = world(seededRandom(2), 0.2);
  const events = simulate(plannedBody(), (state) => second(bad, state));
  const failed = events.find(({ event }) => event.type === "gate-failed")!.event;
  assert.ok(failed.type === "gate-failed" && failed.gate === "latency", JSON.stringify(failed));
});

test("every event body survives its schema", () => {
  for (const { event } of simulate(plannedBody(), () => steady)) assert.deepEqual(eventBodySchema.parse(event), event);
});
