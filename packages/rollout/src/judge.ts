import { addCounts, addPairs, emptyWindow, usableWindow, type Window } from "./counts.ts";
import type { MeasuredBody } from "./event.ts";
import { type GateResult, type GateTests, worstVerdict } from "./gate.ts";
import { judgeAvailability } from "./gates/availability-gate.ts";
import { judgeEvidence } from "./gates/evidence-gate.ts";
import { latencyBudget } from "./gates/latency-budget.ts";
import { judgeRateGate } from "./gates/rate-gate.ts";
import { errorsGate, judgeShareGate, latencyGate, rejectionsGate, updateShareGate } from "./gates/share-gate.ts";
import type { PlanStep } from "./plan.ts";
import { stakeTime } from "./stakes.ts";
import type { RolloutState, StepState } from "./state.ts";

/** Parts of alpha (Bonferroni): failures are what users feel most and must be found from the fewest answers, so that gate gets nearly all of it. */
const ERRORS_PART = 0.9;
/** Rejections, latency and agreement share the rest: each then takes a few bad answers more to object. */
const OTHER_PART = 0.1 / 3;
/** Share of answers that may exceed `latencyBudgetMs` when there is no stable version: the budget is a p95. */
const SLOW_LIMIT = 0.05;

/** What the tests knew at a look whose measurement was not written down, and how old the step was. */
export interface Look {
  readonly tests: GateTests;
  readonly elapsedMs: number;
}

/** What was counted and not judged yet. */
export interface Reading {
  /** Counters since the last `measured` event, as they came; unusable ones make the step inconclusive. */
  readonly window: unknown;
  /** Time since then, by a clock that never jumps. */
  readonly sinceMs: number;
  /** The last look since then, if there was one... */
  readonly look?: Look | undefined;
  /** ...and the counters since that look. The tests take each look's traffic once and never anew: only so may they be looked at as often as one likes. */
  readonly fresh?: unknown;
}

/**
 * The `measured` event that follows from the step so far and what was counted since. Figures that cannot be true (NaN, negative, a part above its whole) are
 * left out and make the step inconclusive.
 */
export function judgeWindow(state: RolloutState, step: StepState, reading: Reading): MeasuredBody {
  const { sinceMs } = reading;
  const window = usableWindow(reading.window);
  const w = window ?? emptyWindow;
  const elapsedMs = step.elapsedMs + (Number.isFinite(sinceMs) && sinceMs > 0 ? sinceMs : 0);
  const totals = {
    stable: addCounts(step.stable, w.stable),
    canary: addCounts(step.canary, w.canary),
    pairs: addPairs(step.pairs, w.pairs),
  };
  const tests = updateTests(state, step, reading.look, reading.look === undefined ? window : usableWindow(reading.fresh), elapsedMs);
  const budgetMs = step.budgetMs ?? (state.baseline === null ? state.settings.latencyBudgetMs : latencyBudget(totals.stable));
  const next: Judged = { step, totals, tests, budgetMs, elapsedMs, window };
  const gates = state.baseline === null ? firstVersionGates(state, next) : comparedGates(state, next);
  return {
    type: "measured",
    index: step.index,
    elapsedMs,
    canaryPercent: step.canaryPercent,
    mirrorPercent: step.mirrorPercent,
    window: window ?? null,
    totals,
    budgetMs,
    tests,
    gates,
    verdict: worstVerdict(gates),
  };
}

/** The tests after the traffic since the last look. */
function updateTests(
  state: RolloutState,
  step: StepState,
  look: Look | undefined,
  fresh: Window | undefined,
  elapsedMs: number,
): GateTests {
  const before = look?.tests ?? step.tests;
  const { stable, canary } = fresh ?? emptyWindow;
  const tests: GateTests = {
    errors: updateShareGate(errorsGate, before.errors, canary, stable),
    rejections: updateShareGate(rejectionsGate, before.rejections, canary, stable),
    latency: step.budgetMs === null ? before.latency : updateShareGate(latencyGate, before.latency, canary, stable),
  };
  return stakeTime(state.plan, step.index, tests, look?.elapsedMs ?? step.elapsedMs, elapsedMs);
}

interface Judged extends Pick<MeasuredBody, "totals" | "tests" | "budgetMs" | "elapsedMs"> {
  readonly step: StepState;
  readonly window: Window | undefined;
}

/** Gates of a version that serves beside a stable one, against the same moments' traffic. */
function comparedGates(state: RolloutState, next: Judged): GateResult[] {
  // The tests run on from step to step, and there is one shadow step at most: nothing has to be split over steps.
  const { alpha } = state.settings;
  const { stable, canary, pairs } = next.totals;
  const { step } = next;
  const gates = [
    ...commonGates(state, next, planStep(state, next).kind === "shadow" ? Math.min(canary.requests, pairs.compared) : canary.requests),
    judgeShareGate(errorsGate, next.tests.errors, canary, stable, alpha * ERRORS_PART),
    judgeShareGate(rejectionsGate, next.tests.rejections, canary, stable, alpha * OTHER_PART),
    step.budgetMs === null ? noBudget() : judgeShareGate(latencyGate, next.tests.latency, canary, stable, alpha * OTHER_PART),
  ];
  if (planStep(state, next).kind === "shadow") {
    gates.push(
      judgeRateGate(
        {
          gate: "agreement",
          bad: pairs.differed,
          of: pairs.compared,
          limit: state.settings.maxDisagreement,
          noun: "mirrored answers differ",
          note: `${pairs.lost} not compared`,
        },
        alpha * OTHER_PART,
      ),
    );
  }
  return gates;
}

/** Gates of a first version: absolute limits, since there is nothing to compare with. */
function firstVersionGates(state: RolloutState, next: Judged): GateResult[] {
  // The rates are counted anew in each step, so the steps share alpha.
  const alpha = state.settings.alpha / state.plan.steps.length;
  const { canary } = next.totals;
  const gates = commonGates(state, next, canary.requests);
  if (canary.requests === 0) return gates;
  gates.push(
    judgeRateGate(
      { gate: "error-limit", bad: canary.errors, of: canary.requests, limit: state.settings.maxErrorRate, noun: "answers failed" },
      alpha * ERRORS_PART,
    ),
  );
  if (state.settings.latencyBudgetMs !== null) {
    const noun = `answers took longer than ${state.settings.latencyBudgetMs} ms`;
    gates.push(
      judgeRateGate({ gate: "latency-limit", bad: canary.slow, of: canary.requests, limit: SLOW_LIMIT, noun }, alpha * OTHER_PART),
    );
  }
  return gates;
}

function commonGates(state: RolloutState, next: Judged, samples: number): GateResult[] {
  const { step, window } = next;
  const ready = window?.canaryReady ?? 0;
  const crashes = step.crashes + (window?.canaryCrashes ?? 0);
  const unreadyMs = window !== undefined && ready === 0 ? step.unreadyMs + (next.elapsedMs - step.elapsedMs) : 0;
  const seen = { samples, elapsedMs: next.elapsedMs, usable: window !== undefined, isFirst: state.baseline === null };
  const evidence = judgeEvidence(planStep(state, next), seen);
  return window === undefined ? [evidence] : [evidence, judgeAvailability(ready, crashes, unreadyMs)];
}

function planStep(state: RolloutState, next: Judged): PlanStep {
  return state.plan.steps[next.step.index]!;
}

function noBudget(): GateResult {
  return {
    gate: "latency",
    verdict: "inconclusive",
    reason: "the stable version has not answered enough to set a latency budget",
    evidence: null,
    needed: null,
  };
}

/** Gates whose figures tell why a step passed; the rest only had nothing to object. */
const TELLING: ReadonlySet<GateResult["gate"]> = new Set(["evidence", "errors", "agreement", "error-limit"]);

/** One sentence on why a measured step is where it is: the gates that do not pass, or the figures with which they all did. */
export function verdictReason(gates: readonly GateResult[], verdict: MeasuredBody["verdict"]): string {
  const said = gates.filter((gate) => gate.verdict === verdict && (verdict !== "pass" || TELLING.has(gate.gate)));
  return said.length === 0
    ? "nothing measured"
    : said
        .map((gate) => `${gate.gate}: ${gate.reason}`)
        .join("; ")
        .slice(0, 1_900);
}
