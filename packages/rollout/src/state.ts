import { noCounts, noPairs, type PairCounts, type RoleCounts } from "./counts.ts";
import type { PlannedBody, RolloutSettings, StagingCheck } from "./event.ts";
import type { GateResult, GateTests, GateVerdict } from "./gate.ts";
import type { Plan } from "./plan.ts";
import { testsOfStep } from "./stakes.ts";

/** How a rollout ended. */
export type Outcome = "promoted" | "rolled-back" | "aborted";

export type Phase =
  | { readonly kind: "planned" }
  | { readonly kind: "staging" }
  /** Staging or a step passed; the next step (or the end) has not begun. `next` is the index of the step to start. */
  | { readonly kind: "between"; readonly next: number }
  | { readonly kind: "step"; readonly step: StepState }
  /** A gate objected, but the rollback has not been announced. */
  | { readonly kind: "condemned"; readonly reason: string }
  | { readonly kind: "rolling-back"; readonly reason: string; readonly aborted: boolean }
  | { readonly kind: "completing" }
  | { readonly kind: "finished"; readonly outcome: Outcome; readonly reason: string };

/** A step under watch. */
export interface StepState {
  readonly index: number;
  readonly elapsedMs: number;
  readonly canaryPercent: number;
  readonly mirrorPercent: number;
  readonly stable: RoleCounts;
  readonly canary: RoleCounts;
  readonly pairs: PairCounts;
  readonly budgetMs: number | null;
  readonly tests: GateTests;
  readonly crashes: number;
  readonly unreadyMs: number;
  readonly gates: readonly GateResult[];
  readonly verdict: GateVerdict;
  readonly held: boolean;
}

/** All of a rollout that deciding needs: a pure function of its events, plain JSON. */
export interface RolloutState {
  readonly kind: "promote" | "rollback";
  readonly model: string;
  readonly target: string;
  readonly version: number;
  readonly baseline: number | null;
  readonly plan: Plan;
  readonly settings: RolloutSettings;
  readonly by: string;
  /** Gateway process that acts; null before one did. */
  readonly holder: string | null;
  readonly gateway: string | null;
  readonly checks: readonly StagingCheck[];
  readonly abort: { readonly by: string; readonly reason: string } | null;
  /** What the sequential tests know so far, which each step goes on with; null before the first step. */
  readonly tests: GateTests | null;
  readonly phase: Phase;
  /** Number of the last event applied. */
  readonly seq: number;
}

/** The state after the first event. */
export function startState(planned: PlannedBody): RolloutState {
  const { kind, model, target, version, baseline, plan, settings, by } = planned;
  return {
    kind,
    model,
    target,
    version,
    baseline,
    plan,
    settings,
    by,
    holder: null,
    gateway: null,
    checks: [],
    abort: null,
    tests: null,
    phase: { kind: "planned" },
    seq: 1,
  };
}

/** A step before its first measurement. */
export function startStep(state: RolloutState, body: Pick<StepState, "index" | "canaryPercent" | "mirrorPercent" | "budgetMs">): StepState {
  const { index, canaryPercent, mirrorPercent, budgetMs } = body;
  return {
    index,
    elapsedMs: 0,
    canaryPercent,
    mirrorPercent,
    budgetMs,
    tests: testsOfStep(state.plan, index, state.tests),
    stable: noCounts,
    canary: noCounts,
    pairs: noPairs,
    crashes: 0,
    unreadyMs: 0,
    gates: [],
    verdict: "inconclusive",
    held: false,
  };
}

export function isFinished(state: RolloutState): boolean {
  return state.phase.kind === "finished";
}
