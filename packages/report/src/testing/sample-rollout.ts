import type { RolloutEvent, RolloutEventBody } from "@modelyard/rollout";

const COUNTS = { requests: 200, errors: 0, rejected: 0, slow: 1, p50Ms: 1.2, p95Ms: 3.4 };
const WINDOW = {
  stable: { ...COUNTS, requests: 1_800 },
  canary: COUNTS,
  pairs: { compared: 0, lost: 0, differed: 0 },
  stableReady: 1,
  canaryReady: 1,
  canaryCrashes: 0,
};
const TEST = { format: 1 as const, logRatios: [], peak: 0, canaryFailures: 0, stableFailures: 0 };
const LIMITS = { minSamples: 100, minTimeMs: 1_000, maxTimeMs: 60_000 };

function measured(index: number, canaryPercent: number, errors: number): RolloutEventBody {
  const canary = { ...COUNTS, errors };
  return {
    type: "measured",
    index,
    elapsedMs: 2_000,
    canaryPercent,
    mirrorPercent: canaryPercent === 0 ? 100 : 0,
    window: { ...WINDOW, canary },
    totals: { stable: WINDOW.stable, canary, pairs: WINDOW.pairs },
    budgetMs: 20,
    tests: { errors: TEST, rejections: TEST, latency: TEST },
    gates: [],
    verdict: errors === 0 ? "pass" : "fail",
  };
}

/** Events of a rollout that fails at 10 % because `reason`; `model` and `reason` may be anything. */
export function failingRollout(model: string, reason: string): RolloutEvent[] {
  const bodies: RolloutEventBody[] = [
    {
      type: "planned",
      kind: "promote",
      model,
      target: "gateway",
      version: 5,
      baseline: 4,
      plan: {
        steps: [
          { kind: "shadow", ...LIMITS },
          { kind: "weight", percent: 10, ...LIMITS },
          { kind: "weight", percent: 100, ...LIMITS },
        ],
      },
      settings: { alpha: 0.001, maxDisagreement: 0.25, latencyBudgetMs: null, maxErrorRate: 0.05, stableShare: 5 },
      by: "a test",
    },
    { type: "staging-passed", checks: [{ name: "golden", passed: true, detail: "24 of 24" }] },
    { type: "step-started", index: 0, canaryPercent: 0, mirrorPercent: 100, budgetMs: null },
    measured(0, 0, 0),
    { type: "step-passed", index: 0, reason: "200 answers compared" },
    { type: "step-started", index: 1, canaryPercent: 10, mirrorPercent: 0, budgetMs: 20 },
    measured(1, 10, 62),
    { type: "gate-failed", index: 1, gate: "errors", reason },
    { type: "rolling-back", reason, aborted: false },
    { type: "rolled-back", reason },
  ];
  return bodies.map((event, index) => ({
    format: 1,
    seq: index + 1,
    id: "01JCQ8ZK4M2X7T9V5B3N6R1W5P",
    time: `2026-03-02T10:00:${String(index * 2).padStart(2, "0")}.000Z`,
    event,
  }));
}
