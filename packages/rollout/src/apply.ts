import { defect } from "@modelyard/base";
import type { MeasuredBody, RolloutEvent, RolloutEventBody } from "./event.ts";
import { type Outcome, type Phase, type RolloutState, type StepState, startState, startStep } from "./state.ts";

/** The state after one more event. An event that does not fit the phase (a late one after the end) changes nothing but `seq`. */
export function applyEvent(state: RolloutState, body: RolloutEventBody, seq: number): RolloutState {
  if (state.phase.kind === "finished") return { ...state, seq };
  const to = (phase: Phase): RolloutState => ({ ...state, seq, phase });
  switch (body.type) {
    case "planned":
      return { ...state, seq };
    case "claimed":
      return {
        ...state,
        seq,
        holder: body.holder,
        gateway: body.gateway,
        phase: state.phase.kind === "planned" ? { kind: "staging" } : state.phase,
      };
    case "staging-passed":
      return { ...to({ kind: "between", next: 0 }), checks: body.checks };
    case "staging-failed":
      return { ...to({ kind: "condemned", reason: body.reason }), checks: body.checks };
    case "step-started":
      return to({ kind: "step", step: startStep(state, body) });
    case "measured":
      return { ...inStep(state, seq, (step) => measuredStep(step, body)), tests: body.tests };
    case "step-held":
      return inStep(state, seq, (step) => ({ ...step, held: true }));
    case "step-passed":
      return to({ kind: "between", next: body.index + 1 });
    case "gate-failed":
      return to({ kind: "condemned", reason: `${body.gate}: ${body.reason}` });
    case "rolling-back":
      return to({ kind: "rolling-back", reason: body.reason, aborted: body.aborted });
    case "completing":
      return to({ kind: "completing" });
    case "abort-requested":
      return { ...state, seq, abort: state.abort ?? { by: body.by, reason: body.reason } };
    case "rolled-back":
      return to(finished("rolled-back", body.reason));
    case "aborted":
      return to(finished("aborted", body.reason));
    case "completed":
      return to(finished("promoted", ""));
  }
}

/** The state after all events, which start with `planned`. Throws ROLLOUT_LOG_BROKEN when they do not, or when one is missing. */
export function foldEvents(events: readonly RolloutEvent[]): RolloutState {
  const first = events[0];
  if (first?.event.type !== "planned") throw defect("ROLLOUT_LOG_BROKEN", "a rollout's first event is not its plan");
  let state = startState(first.event);
  for (const { seq, event } of events.slice(1)) {
    if (seq !== state.seq + 1) throw defect("ROLLOUT_LOG_BROKEN", `event ${state.seq + 1} of a rollout is missing`);
    state = applyEvent(state, event, seq);
  }
  return state;
}

function inStep(state: RolloutState, seq: number, change: (step: StepState) => StepState): RolloutState {
  if (state.phase.kind !== "step") return { ...state, seq };
  return { ...state, seq, phase: { kind: "step", step: change(state.phase.step) } };
}

function measuredStep(step: StepState, body: MeasuredBody): StepState {
  const unready = body.window !== null && body.window.canaryReady === 0;
  return {
    ...step,
    elapsedMs: body.elapsedMs,
    stable: body.totals.stable,
    canary: body.totals.canary,
    pairs: body.totals.pairs,
    budgetMs: body.budgetMs,
    tests: body.tests,
    gates: body.gates,
    verdict: body.verdict,
    crashes: step.crashes + (body.window?.canaryCrashes ?? 0),
    unreadyMs: unready ? step.unreadyMs + (body.elapsedMs - step.elapsedMs) : 0,
  };
}

function finished(outcome: Outcome, reason: string): Phase {
  return { kind: "finished", outcome, reason };
}
