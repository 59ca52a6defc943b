import { formatDuration } from "@modelyard/base";
import type { MeasuredBody, RolloutEventBody } from "./event.ts";
import { percentOf } from "./gate.ts";
import { formatPlan, formatStep, type Plan } from "./plan.ts";

/** One line on an event for logs, with the numbers behind it. */
export function describeEvent(event: RolloutEventBody, plan: Plan): string {
  const step = "index" in event ? nameOf(plan, event.index) : "";
  switch (event.type) {
    case "planned":
      return `planned: ${event.kind} ${event.model}@${event.version} ${event.baseline === null ? "(first version)" : `beside @${event.baseline}`}: ${formatPlan(event.plan)}`;
    case "claimed":
      return `taken up by gateway ${event.gateway}`;
    case "staging-passed":
      return `staging passed: ${event.checks.map((check) => `${check.name} (${check.detail})`).join(", ")}`;
    case "staging-failed":
      return `staging failed: ${event.reason}`;
    case "step-started":
      return `${step} started: ${event.mirrorPercent > 0 ? `copies of ${event.mirrorPercent} %` : `${event.canaryPercent} % of the traffic`}${event.budgetMs === null ? "" : `, slow is above ${event.budgetMs.toFixed(1)} ms`}`;
    case "measured":
      return `${step} after ${formatDuration(event.elapsedMs)}: ${event.verdict}; ${figures(event)}`;
    case "step-held":
      return `${step} held, at most until ${formatDuration(event.untilMs)}: ${event.reason}`;
    case "step-passed":
      return `${step} passed: ${event.reason}`;
    case "gate-failed":
      return `gate ${event.gate} failed: ${event.reason}`;
    case "rolling-back":
      return `${event.aborted ? "aborting" : "rolling back"}: all traffic to the stable version: ${event.reason}`;
    case "rolled-back":
      return `rolled back: ${event.reason}`;
    case "completing":
      return "all traffic to the new version; moving the stage production";
    case "completed":
      return "promoted";
    case "aborted":
      return `aborted: ${event.reason}`;
    case "abort-requested":
      return `abort asked for by ${event.by}: ${event.reason}`;
  }
}

function nameOf(plan: Plan, index: number): string {
  const step = plan.steps[index];
  return `step ${index + 1} of ${plan.steps.length}${step === undefined ? "" : ` (${formatStep(step)})`}`;
}

function figures({ totals, mirrorPercent }: MeasuredBody): string {
  const side = (name: string, c: MeasuredBody["totals"]["canary"]): string =>
    `${name} ${c.requests} requests, ${c.errors} failed (${percentOf(c.errors, c.requests)}), ${c.rejected} rejected, p95 ${c.p95Ms === null ? "-" : `${c.p95Ms.toFixed(1)} ms`}`;
  const pairs =
    mirrorPercent === 0 ? "" : `; ${totals.pairs.compared} answers compared, ${totals.pairs.lost} lost, ${totals.pairs.differed} differ`;
  return `${side("new", totals.canary)}; ${side("stable", totals.stable)}${pairs}`;
}
