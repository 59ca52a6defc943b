import { formatDuration } from "@modelyard/base";
import type { MeasuredBody, RolloutEventBody, StagingCheck } from "./event.ts";
import { judgeWindow, type Look, type Reading, verdictReason } from "./judge.ts";
import { formatStep } from "./plan.ts";
import type { RolloutState, StepState } from "./state.ts";
import { stepTraffic } from "./traffic.ts";

/** What the gateway knows when it asks what to do. */
export interface Facts extends Reading {
  /** This gateway process. */
  readonly holder: string;
  /** False while another live gateway holds the rollout. */
  readonly mayClaim: boolean;
  readonly gateway: string;
  /** Results of the staging checks; absent until they ran in this process. */
  readonly checks?: readonly StagingCheck[] | undefined;
  /** Budget worked out from what the stable version answered lately; null when it answered too little. */
  readonly budgetMs: number | null;
  /** True when it is time to write a measurement down though nothing changed. */
  readonly writeDue: boolean;
  /** True when the stage `production` names the version. */
  readonly stageMoved: boolean;
}

/** The one next act, as data. Every act follows from events alone, so it is safe to carry out twice. */
export type Command =
  | { readonly kind: "append"; readonly event: RolloutEventBody }
  /** `ready`: only that it starts (a rollback must not depend on more); `full`: golden predictions and latency too. */
  | { readonly kind: "check-candidate"; readonly depth: "ready" | "full" }
  /** Nothing to write down yet; hand `look` back at the next one. */
  | { readonly kind: "measure"; readonly look: Look }
  | { readonly kind: "move-stage"; readonly version: number }
  | { readonly kind: "leave-alone" };

/** Decides the next act of a rollout from its state and what is known now. Pure. */
export function decide(state: RolloutState, facts: Facts): Command {
  const { phase } = state;
  if (phase.kind === "finished") return { kind: "leave-alone" };
  if (state.holder !== facts.holder) {
    if (!facts.mayClaim) return { kind: "leave-alone" };
    return append({ type: "claimed", holder: facts.holder, gateway: facts.gateway });
  }
  if (state.abort !== null && phase.kind !== "rolling-back" && phase.kind !== "completing") {
    // The longest reason and the longest name together are more than an event may hold.
    const reason = `${state.abort.reason.slice(0, 1_400)} (asked by ${state.abort.by})`;
    return append({ type: "rolling-back", reason, aborted: true });
  }
  switch (phase.kind) {
    case "planned":
      return append({ type: "claimed", holder: facts.holder, gateway: facts.gateway });
    case "staging":
      return decideStaging(state, facts);
    case "between":
      return state.kind === "rollback" ? append({ type: "completing" }) : startNext(state, phase.next, facts);
    case "step":
      return decideStep(state, phase.step, facts);
    case "condemned":
      return append({ type: "rolling-back", reason: phase.reason, aborted: false });
    case "rolling-back":
      return append(phase.aborted ? { type: "aborted", reason: phase.reason } : { type: "rolled-back", reason: phase.reason });
    case "completing":
      return facts.stageMoved ? append({ type: "completed" }) : { kind: "move-stage", version: state.version };
  }
}

function append(event: RolloutEventBody): Command {
  return { kind: "append", event };
}

function decideStaging(state: RolloutState, facts: Facts): Command {
  const { checks } = facts;
  if (checks === undefined) return { kind: "check-candidate", depth: state.kind === "rollback" ? "ready" : "full" };
  const failed = checks.filter((check) => !check.passed);
  if (failed.length === 0) return append({ type: "staging-passed", checks: [...checks] });
  const reason = failed.map((check) => `${check.name}: ${check.detail}`).join("; ");
  return append({ type: "staging-failed", checks: [...checks], reason: `staging checks failed: ${reason}`.slice(0, 1_900) });
}

function startNext(state: RolloutState, index: number, facts: Facts): Command {
  const step = state.plan.steps[index];
  if (step === undefined) return append({ type: "completing" });
  const budgetMs = state.baseline === null ? state.settings.latencyBudgetMs : facts.budgetMs;
  return append({ type: "step-started", index, ...stepTraffic(step, state.settings.stableShare, state.baseline !== null), budgetMs });
}

function decideStep(state: RolloutState, step: StepState, facts: Facts): Command {
  const plan = state.plan.steps[step.index]!;
  if (step.verdict === "fail") {
    const gate = step.gates.find((one) => one.verdict === "fail")!;
    return append({ type: "gate-failed", index: step.index, gate: gate.gate, reason: `${formatStep(plan)}: ${gate.reason}` });
  }
  const reason = verdictReason(step.gates, step.verdict);
  if (step.verdict === "pass") return append({ type: "step-passed", index: step.index, reason });
  if (step.elapsedMs >= plan.maxTimeMs) {
    const late = `still inconclusive after ${formatDuration(step.elapsedMs)}: ${reason}`.slice(0, 1_900);
    return append({ type: "gate-failed", index: step.index, gate: "evidence", reason: `${formatStep(plan)}: ${late}` });
  }
  if (step.elapsedMs >= plan.minTimeMs && step.gates.length > 0 && !step.held) {
    return append({ type: "step-held", index: step.index, reason, elapsedMs: step.elapsedMs, untilMs: plan.maxTimeMs });
  }
  const measured = judgeWindow(state, step, facts);
  if (facts.writeDue || isNews(step, measured, plan.maxTimeMs)) return append(measured);
  return { kind: "measure", look: { tests: measured.tests, elapsedMs: measured.elapsedMs } };
}

/** A measurement worth an event at once: it decides something, sets what slow means, or its verdict differs from the last one written. */
function isNews(step: StepState, measured: MeasuredBody, maxTimeMs: number): boolean {
  if (step.budgetMs === null && measured.budgetMs !== null) return true;
  if (measured.verdict !== "inconclusive" || measured.elapsedMs >= maxTimeMs) return true;
  return measured.gates.some((gate) => {
    const before = step.gates.find((one) => one.gate === gate.gate);
    return before !== undefined && before.verdict !== gate.verdict;
  });
}
