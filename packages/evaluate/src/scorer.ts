import type { Metric } from "./document.ts";

/** Several metrics of the same rows at once, prepared so that a resample costs few passes. */
export interface Scorer {
  readonly rows: number;
  readonly names: readonly string[];
  /** Writes each metric of the rows weighted by how often each counts; NaN where a metric is undefined. */
  score(weights: Uint16Array, out: Float64Array): void;
}

/** Which way each metric is better; names not here do not exist. */
const DIRECTIONS: Readonly<Record<string, Metric["direction"]>> = {
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
  mae: "lower",
  rmse: "lower",
  "median-ae": "lower",
  bias: "lower",
  r2: "higher",
};

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
