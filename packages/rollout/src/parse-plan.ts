import { hasCode, type ModelyardError, parseDuration, parseJson, userError } from "@modelyard/base";
import type { Plan, PlanStep, StepDefaults } from "./plan.ts";

/** Steps no honest plan exceeds; more would keep a rollout open for days. */
const MAX_STEPS = 50;
const HINT = "write rising percents, `shadow` first if at all, such as: shadow, 10, 30, 100";
const KEYS: ReadonlySet<string> = new Set(["shadow", "percent", "min-samples", "min-time", "max-time"]);

/**
 * Parses a plan: the text `shadow, 10, 30, 100`, a JSON text, or plain data (a list of `shadow`, percents and objects
 * `{percent | shadow: true, min-samples, min-time, max-time}`). Throws PLAN_INVALID naming the step.
 */
export function parsePlan(value: unknown, defaults: StepDefaults): Plan {
  const entries = entriesOf(value);
  if (entries.length === 0) throw invalid("the plan has no steps");
  if (entries.length > MAX_STEPS) throw invalid(`the plan has ${entries.length} steps; at most ${MAX_STEPS} are allowed`);
  const steps = entries.map((entry, i) => parseStep(entry, `step ${i + 1}`, defaults));
  steps.forEach((step, i) => {
    if (step.maxTimeMs < step.minTimeMs) throw invalid(`step ${i + 1} has a max-time below its min-time`);
    if (i > 0) checkOrder(steps[i - 1]!, step, i);
  });
  return { steps };
}

function entriesOf(value: unknown): unknown[] {
  if (typeof value === "number") return [value];
  if (Array.isArray(value)) return value;
  if (typeof value !== "string") throw invalid("the plan is not a text or a list");
  const text = value.trim();
  if (text.startsWith("[")) return entriesOf(jsonPlan(text));
  return text === "" ? [] : text.split(/[,\n]/).map((part) => part.trim());
}

function jsonPlan(text: string): unknown {
  try {
    return parseJson(text, "the plan");
  } catch (error) {
    if (hasCode(error, "JSON_INVALID")) throw invalid((error as ModelyardError).message);
    throw error;
  }
}

function parseStep(entry: unknown, name: string, defaults: StepDefaults): PlanStep {
  if (entry !== null && typeof entry === "object" && !Array.isArray(entry))
    return parseObject(entry as Record<string, unknown>, name, defaults);
  if (entry === "shadow") return { kind: "shadow", ...defaults };
  return { kind: "weight", percent: parsePercent(entry, name), ...defaults };
}

function parseObject(entry: Record<string, unknown>, name: string, defaults: StepDefaults): PlanStep {
  for (const key of Object.keys(entry)) {
    if (!KEYS.has(key)) throw invalid(`${name} has the unknown key "${key.slice(0, 50)}"; known are ${[...KEYS].join(", ")}`);
  }
  const limits: StepDefaults = {
    minSamples: samples(entry["min-samples"], name) ?? defaults.minSamples,
    minTimeMs: time(entry["min-time"], `min-time of ${name}`) ?? defaults.minTimeMs,
    maxTimeMs: time(entry["max-time"], `max-time of ${name}`) ?? defaults.maxTimeMs,
  };
  if (entry["shadow"] === true || entry["percent"] === "shadow") return { kind: "shadow", ...limits };
  return { kind: "weight", percent: parsePercent(entry["percent"], name), ...limits };
}

function parsePercent(value: unknown, name: string): number {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value : "";
  const match = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim());
  if (!match) throw invalid(`${name} is "${text.slice(0, 50)}", which is neither shadow nor a percentage`);
  const percent = Number(match[1]);
  if (percent <= 0) throw invalid(`${name} sends 0 % of the traffic; use shadow to try a version without traffic`);
  if (percent > 100) throw invalid(`${name} sends ${percent} % of the traffic, above 100`);
  return percent;
}

function samples(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalid(`min-samples of ${name} is not a whole number`);
}

function time(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw invalid(`${name} is not a duration such as 5m`);
  try {
    return parseDuration(value);
  } catch {
    // parseDuration's own error does not say which step; this one does.
    throw invalid(`${name} is "${value.slice(0, 50)}", not a duration such as 5m`);
  }
}

function checkOrder(before: PlanStep, step: PlanStep, index: number): void {
  const name = `step ${index + 1}`;
  if (step.kind === "shadow")
    throw invalid(before.kind === "shadow" ? `${name} repeats shadow` : `${name} is shadow after ${before.percent} % of the traffic`);
  if (before.kind === "shadow") return;
  if (step.percent === before.percent) throw invalid(`${name} repeats ${step.percent} %`);
  if (step.percent < before.percent) throw invalid(`${name} falls from ${before.percent} % to ${step.percent} %`);
}

function invalid(problem: string): ModelyardError {
  return userError("PLAN_INVALID", `plan: ${problem}`, HINT);
}
