import { normalQuantile, studentQuantile, wilson } from "@modelyard/stats";
import { DEFAULT_LEVEL } from "./change.ts";
import type { Interval } from "./document.ts";
import type { ExampleTable } from "./example-table.ts";

/** Metrics of the second of two classes: they rest on its examples alone. */
const OF_ONE_CLASS: ReadonlySet<string> = new Set(["precision", "recall", "f1", "average-precision"]);
/** Metrics that give each class the same weight, however few examples it has. */
const OF_EACH_CLASS: ReadonlySet<string> = new Set(["balanced-accuracy", "macro-f1", "macro-precision", "mcc", "auc"]);
/** Metrics whose value lies between 0 and 1; one example moves them by about one over their examples. */
const BOUNDED: ReadonlySet<string> = new Set([...OF_ONE_CLASS, ...OF_EACH_CLASS, "accuracy", "weighted-f1", "ece", "brier"]);
/** Examples without any difference from which a loss or an error counts as equal: then at most one in six others differs. */
const ENOUGH_EQUAL = 20;

/** Examples that a metric rests on. `total`: all that could show a difference; `each`: those behind its least steady part. */
export interface Sizes {
  readonly total: number;
  readonly each: number;
}

/** The sizes of a metric of a table. */
export function sizesOf(name: string, table: ExampleTable): Sizes {
  const n = table.truth.length;
  if (table.task === "regression") return { total: n, each: n };
  if (OF_ONE_CLASS.has(name)) {
    const positives = table.truth.reduce((sum, t) => sum + (t === 1 ? 1 : 0), 0);
    return { total: positives, each: positives };
  }
  if (!OF_EACH_CLASS.has(name)) return { total: n, each: n };
  const classes = Math.max(1, new Set(table.truth).size);
  // Of two classes one example moves Matthews's correlation by 2/n, of many by 1/n.
  const total = name === "mcc" ? Math.floor((n * (classes - 1)) / classes) : n;
  return { total, each: Math.floor(n / classes) };
}

/**
 * How much wider an interval from a resampled (or estimated) spread must be on few examples: Student's quantile over the normal one, times the spread's own
 * shrinkage (Hesterberg 2015, "What Teachers Should Know about the Bootstrap"); infinite below two.
 */
export function widening(level: number, size: number): number {
  if (size < 2) return Number.POSITIVE_INFINITY;
  const p = (1 + level) / 2;
  return (studentQuantile(p, size - 1) / normalQuantile(p)) * Math.sqrt(size / (size - 1));
}

/** Interval of a metric that no resample moved: what Wilson's says of a rate of all or nothing; null elsewhere, since nothing is known of the spread. */
export function unmovedInterval(name: string, value: number, { total }: Sizes, level: number): Interval | null {
  if (!BOUNDED.has(name) || name === "mcc" || (value !== 0 && value !== 1)) return null;
  return { ...wilson(value * total, total, level), level, method: "Wilson, no resample differs" };
}

/**
 * Interval of a difference that no resample moved: as far off as the share of examples that may differ unseen (Wilson's upper end of none of them); losses and errors
 * without a bound are equal from 20 examples on, else null. A correction for many looks guards against false changes, so it leaves a difference of zero alone.
 */
export function unmovedDifference(name: string, difference: number, { total }: Sizes, level: number): Interval | null {
  const own = difference === 0 ? Math.min(level, DEFAULT_LEVEL) : level;
  const method = "no resample differs";
  if (BOUNDED.has(name)) {
    const half = wilson(0, total, own).high;
    return { low: difference - half, high: difference + half, level: own, method: `${method}, Wilson of 0` };
  }
  return difference === 0 && total >= ENOUGH_EQUAL ? { low: 0, high: 0, level: own, method } : null;
}
