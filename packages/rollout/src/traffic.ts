import type { PlanStep } from "./plan.ts";
import type { RolloutState } from "./state.ts";

/** Where a model's traffic goes. */
export interface Traffic {
  readonly stable: number | null;
  readonly canary: number | null;
  /** Percent of the traffic for the canary. */
  readonly canaryPercent: number;
  /** Percent of the stable version's traffic copied to the canary. */
  readonly mirrorPercent: number;
}

/** What a step sends to the new version: a pure function of the plan. Without a stable version there is nobody else to send to. */
export function stepTraffic(step: PlanStep, stableShare: number, hasBaseline: boolean): Pick<Traffic, "canaryPercent" | "mirrorPercent"> {
  if (step.kind === "shadow") return { canaryPercent: 0, mirrorPercent: 100 };
  if (!hasBaseline) return { canaryPercent: 100, mirrorPercent: 0 };
  return { canaryPercent: Math.min(step.percent, 100 - stableShare), mirrorPercent: 0 };
}

/** Traffic that a state calls for; carrying it out again changes nothing, so a restarted gateway just does. */
export function desiredTraffic(state: RolloutState): Traffic {
  const { baseline: stable, version, phase } = state;
  const back: Traffic = { stable, canary: null, canaryPercent: 0, mirrorPercent: 0 };
  const withCanary = (canaryPercent: number, mirrorPercent: number): Traffic => ({ stable, canary: version, canaryPercent, mirrorPercent });
  switch (phase.kind) {
    case "planned":
    case "condemned":
    case "rolling-back":
      return back;
    case "staging":
      return withCanary(0, 0);
    case "between": {
      const before = state.plan.steps[phase.next - 1];
      if (state.kind === "rollback" || before === undefined) return withCanary(0, 0);
      const traffic = stepTraffic(before, state.settings.stableShare, stable !== null);
      return withCanary(traffic.canaryPercent, traffic.mirrorPercent);
    }
    case "step":
      return withCanary(phase.step.canaryPercent, phase.step.mirrorPercent);
    case "completing":
      return withCanary(100, 0);
    case "finished":
      return phase.outcome === "promoted" ? { stable: version, canary: null, canaryPercent: 0, mirrorPercent: 0 } : back;
  }
}
