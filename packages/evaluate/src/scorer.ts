import type { Metric, Task } from "./document.ts";

/** Several metrics of the same rows at once, prepared so that a resample costs few passes. */
export interface Scorer {
  readonly rows: number;
  readonly names: readonly string[];
  /** Writes each metric of the rows weighted by how often each counts; NaN where a metric is undefined. */
  score(weights: Uint16Array, out: Float64Array): void;
}

type Directions = Readonly<Record<string, Metric["direction"]>>;

/** Which way each metric of a classification is better. */
const OF_CLASSES: Directions = {
  accuracy: "higher",
  "balanced-accuracy": "higher",
  "macro-f1": "higher",
  "weighted-f1": "higher",
  "macro-precision": "higher",
  precision: "higher",
  recall: "higher",
  f1: "higher",
  mcc: "higher",
  auc: "higher",
  "average-precision": "higher",
  "log-loss": "lower",
  brier: "lower",
  ece: "lower",
};
const OF_NUMBERS: Directions = { mae: "lower", rmse: "lower", "median-ae": "lower", bias: "lower", r2: "higher" };
const DIRECTIONS: Directions = { ...OF_CLASSES, ...OF_NUMBERS };

/** Every metric that a task may have; some need probabilities or two classes. */
export function metricNames(task: Task): string[] {
  return Object.keys(task === "classification" ? OF_CLASSES : OF_NUMBERS);
}

/** Direction of a metric; metrics of others count as higher-is-better unless their name ends in `loss` or `error`. */
export function directionOf(name: string): Metric["direction"] {
  return DIRECTIONS[name] ?? (/(?:loss|error)$/.test(name) ? "lower" : "higher");
}

/** Values of a scorer on its rows as they are. */
export function scoreOnce(scorer: Scorer): Float64Array {
  const out = new Float64Array(scorer.names.length);
  scorer.score(new Uint16Array(scorer.rows).fill(1), out);
  return out;
}
