import { type ShareTestState, stakeShareTest, startShareTest } from "@modelyard/stats";
import type { GateTests } from "./gate.ts";
import type { Plan } from "./plan.ts";

/**
 * What the tests of a rollout bet, 1 in all, fixed by the plan before any answer is seen. Nearly all of it on the first step that users feel, so that a bad
 * version is found there as quickly as by a test of that step alone...
 */
const FIRST_STAKE = 0.9;
/** ...a little on each other step's start, where the version meets more or other traffic... */
const STEP_STAKES = 0.05;
/** ...and a little spread over the time of the plan, for a version that turns bad after a good while. */
const TIME_STAKES = 0.05;

/** The tests with which a step begins: what they know from the steps before, and a fresh stake. */
export function testsOfStep(plan: Plan, index: number, before: GateTests | null): GateTests {
  const stake = stepStake(plan, index);
  if (before === null) return everyTest(() => startShareTest(stake));
  return everyTest((gate) => stakeShareTest(before[gate], stake));
}

/** The tests after a look, with the stake of the time since the look before. Times count from the start of the step. */
export function stakeTime(plan: Plan, index: number, tests: GateTests, fromMs: number, toMs: number): GateTests {
  const { maxTimeMs } = plan.steps[index]!;
  const wholeMs = plan.steps.reduce((sum, step) => sum + step.maxTimeMs, 0);
  const spentMs = Math.min(toMs, maxTimeMs) - Math.min(fromMs, maxTimeMs);
  if (wholeMs <= 0 || spentMs <= 0) return tests;
  return everyTest((gate) => stakeShareTest(tests[gate], (TIME_STAKES * spentMs) / wholeMs));
}

function stepStake(plan: Plan, index: number): number {
  const first = Math.max(
    0,
    plan.steps.findIndex((step) => step.kind === "weight"),
  );
  return index === first ? FIRST_STAKE : STEP_STAKES / (plan.steps.length - 1);
}

function everyTest(make: (gate: keyof GateTests) => ShareTestState): GateTests {
  return { errors: make("errors"), rejections: make("rejections"), latency: make("latency") };
}
