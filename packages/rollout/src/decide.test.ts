import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@modelyard/base";
import { logShareEvidence } from "@modelyard/stats";
import fc from "fast-check";
import {
  addCounts,
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
import { stakeTime, testsOfStep } from "./stakes.ts";
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

test("first version: no clients yet is no obstacle, which the reason says; a replica that is not there is one", () => {
  const planned = plannedBody({ baseline: null, plan: parsePlan("100", BOUNDS) });
  const alone = simulate(planned, () => ({ ...emptyWindow, canaryReady: 1 }));
  assert.equal(outcome(alone), "promoted");
  const passed = alone.find(({ event }) => event.type === "step-passed")!.event;
  assert.ok(passed.type === "step-passed" && /no request came in 5\.0s: passed on time and its staging checks alone/.test(passed.reason));
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

test("first version: with any traffic it needs its samples", () => {
  const planned = plannedBody({ baseline: null, plan: parsePlan("100", BOUNDS) });
  const requests = (one: number, every: number) => {
    let seconds = 0;
    return () => ({ ...emptyWindow, canary: { ...noCounts, requests: seconds++ % every === 0 ? one : 0 }, canaryReady: 1 });
  };
  const few = simulate(planned, requests(1, 10));
  assert.equal(outcome(few), "rolled-back");
  const failed = few.find(({ event }) => event.type === "gate-failed")!.event;
  assert.ok(failed.type === "gate-failed" && /not enough evidence: \d of 50 samples/.test(failed.reason), JSON.stringify(failed));
  assert.equal(outcome(simulate(planned, requests(10, 1))), "promoted");
});

test("evidence is carried from step to step: failures too few for each step alone end the rollout", () => {
  const plan = parsePlan("10, 20, 30, 40, 50", { minSamples: 10, minTimeMs: 5_000, maxTimeMs: 60_000 });
  const events = simulate(plannedBody({ plan }), (state) => {
    const { canaryPercent } = desiredTraffic(state);
    const step = state.phase.kind === "step" ? state.phase.step : undefined;
    const errors = step !== undefined && step.elapsedMs < 2_000 ? 1 : 0;
    const canary = { ...noCounts, requests: canaryPercent, errors };
    return { ...emptyWindow, canary, stable: { ...noCounts, requests: 100 - canaryPercent }, stableReady: 1, canaryReady: 1 };
  });
  const failed = events.find(({ event }) => event.type === "gate-failed")!.event;
  assert.ok(failed.type === "gate-failed" && failed.gate === "errors" && failed.index > 0, JSON.stringify(failed));
});

test("a look that is not written down is taken once: the tests end where they would have, had each look been written", () => {
  const plan = parsePlan("10, 100", { ...BOUNDS, minTimeMs: 30_000 });
  const start = foldEvents(simulate(plannedBody({ plan }), () => steady, 4));
  assert.equal(start.phase.kind, "step");
  const windows = [1, 0, 2, 0, 0].map((errors, i) => ({
    ...steady,
    stable: { ...steady.stable, errors: 3 },
    canary: { ...steady.canary, requests: 5 + i, errors },
  }));
  let written = start;
  for (const window of windows) {
    const command = decide(written, { ...facts, holder: start.holder!, window });
    assert.ok(command.kind === "append" && command.event.type === "measured");
    written = applyEvent(written, command.event, written.seq + 1);
  }
  let look: Facts["look"];
  const sum = { ...steady, stable: noCounts, canary: noCounts, pairs: emptyWindow.pairs };
  for (const [i, fresh] of windows.entries()) {
    sum.stable = addCounts(sum.stable, fresh.stable);
    sum.canary = addCounts(sum.canary, fresh.canary);
    const isLast = i === windows.length - 1;
    const given = { ...facts, holder: start.holder!, window: sum, fresh, look, sinceMs: 1_000 * (i + 1), writeDue: isLast };
    const command = decide(start, given);
    if (!isLast) {
      assert.ok(command.kind === "measure", JSON.stringify(command));
      look = command.look;
      continue;
    }
    assert.ok(command.kind === "append" && command.event.type === "measured" && written.phase.kind === "step");
    assert.deepEqual(command.event.tests, written.phase.step.tests);
    assert.deepEqual(command.event.totals.canary, written.phase.step.canary);
  }
});

test("what the tests bet is 1 in all, however the plan looks and however long it takes", () => {
  const step = fc.record({ shadow: fc.boolean(), maxTimeMs: fc.integer({ min: 0, max: 900_000 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 400_000 }), (list, lookMs) => {
      const steps = list.map(({ shadow, maxTimeMs }, i) => {
        const limits = { minSamples: 1, minTimeMs: 0, maxTimeMs };
        return shadow && i === 0 ? ({ kind: "shadow", ...limits } as const) : ({ kind: "weight", percent: 10 + i, ...limits } as const);
      });
      let tests: ReturnType<typeof testsOfStep> | null = null;
      for (const [i, one] of steps.entries()) {
        tests = testsOfStep({ steps }, i, tests);
        for (let at = 0; at <= one.maxTimeMs; at += lookMs) tests = stakeTime({ steps }, i, tests, at, at + lookMs);
      }
      return logShareEvidence(tests!.errors) <= 1e-9;
    }),
  );
});

test("slow answers in clusters below 2 % are let pass", () => {
  let seconds = 0;
  const events = simulate(plannedBody(), () => {
    const slow = seconds++ % 3 === 0 ? 18 : 0;
    return {
      ...steady,
      stable: { ...steady.stable, requests: 900 },
      canary: { ...steady.canary, requests: 900, slow },
      pairs: { compared: 900, lost: 0, differed: 0 },
    };
  });
  assert.equal(outcome(events), "promoted");
});

test("slow answers: one and a half times the odds are let pass, a regression is not", () => {
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
