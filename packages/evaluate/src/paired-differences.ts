import type { Random } from "@modelyard/base";
import {
  type BootstrapResult,
  bootstrapPValue,
  mcnemarExact,
  meanAndVariance,
  normalQuantile,
  pairedRateDifference,
  studentQuantile,
  studentTwoSided,
} from "@modelyard/stats";
import { areaDifference, type TableArea, tableArea } from "./auc.ts";
import { rowLosses } from "./classification-scorer.ts";
import type { Interval, Metric } from "./document.ts";
import type { ClassificationTable, ExampleTable } from "./example-table.ts";
import { scorerOf } from "./metric-values.ts";
import { resample, resampledInterval } from "./resampling.ts";
import { directionOf } from "./scorer.ts";
import { type Sizes, sizesOf, unmovedDifference, widening } from "./small-samples.ts";

/** Difference of one metric, candidate minus baseline, on the same examples. */
export interface PairedDifference {
  readonly name: string;
  readonly direction: Metric["direction"];
  readonly candidate: number;
  readonly baseline: number;
  readonly n: number;
  /** Two-sided p-value of no difference. */
  readonly p: number;
  /** Interval of the difference at a level. */
  interval(level: number): Interval | null;
}

/**
 * Paired differences of all metrics that both tables have. Accuracy and recall: Newcombe's paired interval with exact McNemar; AUC: paired DeLong; the rest: one
 * bootstrap that draws the same rows for both sides and all metrics. Both tables hold the same examples in the same order, with the same class order. `draws`: row draws that the bootstrap may spend.
 */
export function pairedDifferences(candidate: ExampleTable, baseline: ExampleTable, random: Random, draws?: number): PairedDifference[] {
  const differences = bootstrapDifferences(candidate, baseline, random, draws);
  if (candidate.task !== "classification" || baseline.task !== "classification") return differences;
  const accuracy = rateDifference("accuracy", candidate, baseline);
  const area = aucDifference(candidate, baseline);
  const rest = differences
    .filter((difference) => difference.name !== "accuracy")
    .map((difference) => (difference.name === "recall" ? rateDifference("recall", candidate, baseline) : difference));
  const loss = rest.findIndex((difference) => difference.name === "log-loss");
  if (area !== null) rest.splice(loss < 0 ? rest.length : loss, 0, area);
  return [accuracy, ...rest];
}

function bootstrapDifferences(
  candidate: ExampleTable,
  baseline: ExampleTable,
  random: Random,
  draws: number | undefined,
): PairedDifference[] {
  const a = scorerOf(candidate);
  const b = scorerOf(baseline);
  const names = a.names.filter((name) => b.names.includes(name));
  const ofA = new Float64Array(a.names.length);
  const ofB = new Float64Array(b.names.length);
  const at = names.map((name) => [a.names.indexOf(name), b.names.indexOf(name)] as const);
  const k = names.length;
  const statistic = (weights: Uint16Array, out: Float64Array): void => {
    a.score(weights, ofA);
    b.score(weights, ofB);
    for (let i = 0; i < k; i++) {
      out[i] = ofA[at[i]![0]]!;
      out[k + i] = ofB[at[i]![1]]!;
      out[2 * k + i] = out[i]! - out[k + i]!;
    }
  };
  const result = resample(a.rows, 3 * k, random, statistic, draws);
  const found = names.map((name, i) => ({
    name,
    direction: directionOf(name),
    candidate: result.estimate[i]!,
    baseline: result.estimate[k + i]!,
    n: a.rows,
    p: bootstrapPValue(result.replicates[2 * k + i]!),
    interval: (level: number) => bootstrapInterval(name, result, 2 * k + i, sizesOf(name, candidate), level),
  }));
  return found.filter((difference) => Number.isFinite(difference.candidate - difference.baseline));
}

function bootstrapInterval(name: string, result: BootstrapResult, value: number, sizes: Sizes, level: number): Interval | null {
  const interval = resampledInterval(result, value, sizes, level);
  if (interval === "unmoved") return unmovedDifference(name, result.estimate[value]!, sizes, level);
  return interval === null ? null : { ...interval, method: `paired ${interval.method}` };
}

/** Difference of the share of right predictions, of all examples (accuracy) or of those of the second class (recall). */
function rateDifference(name: "accuracy" | "recall", candidate: ClassificationTable, baseline: ClassificationTable): PairedDifference {
  const { truth } = candidate;
  let [both, first, second, neither] = [0, 0, 0, 0];
  for (let i = 0; i < truth.length; i++) {
    if (name === "recall" && truth[i] !== 1) continue;
    const a = candidate.predicted[i] === truth[i];
    const b = baseline.predicted[i] === truth[i];
    if (a && b) both++;
    else if (a) first++;
    else if (b) second++;
    else neither++;
  }
  const n = both + first + second + neither;
  const p = mcnemarExact(first, second);
  const method = `paired score (Newcombe), McNemar p ${p.toPrecision(2)}`;
  return {
    name,
    direction: "higher",
    candidate: (both + first) / Math.max(1, n),
    baseline: (both + second) / Math.max(1, n),
    n: truth.length,
    p,
    interval: (level) => ({ ...pairedRateDifference(both, first, second, neither, level), level, method }),
  };
}

/**
 * Differences in the slice of one class: accuracy (the class's recall) and log loss (paired mean, Student t); the other metrics need the other classes.
 */
export function classDifferences(candidate: ClassificationTable, baseline: ClassificationTable): PairedDifference[] {
  const accuracy = rateDifference("accuracy", candidate, baseline);
  if (candidate.scores === null || baseline.scores === null) return [accuracy];
  const a = rowLosses(candidate.truth, candidate.scores);
  const b = rowLosses(baseline.truth, baseline.scores);
  const n = a.length;
  const { mean, variance } = meanAndVariance(a.map((loss, i) => loss - b[i]!));
  const error = Math.sqrt(variance / n);
  const loss: PairedDifference = {
    name: "log-loss",
    direction: "lower",
    candidate: meanAndVariance(a).mean,
    baseline: meanAndVariance(b).mean,
    n,
    p: error > 0 ? studentTwoSided(mean / error, n - 1) : 1,
    interval(level) {
      const half = studentQuantile((1 + level) / 2, n - 1) * error;
      return { low: mean - half, high: mean + half, level, method: "paired Student t" };
    },
  };
  return [accuracy, loss];
}

/** A standard error below this is rounding: no example tells the two areas apart. */
const NO_SPREAD = 1e-9;

/** An area of two classes rests on its smaller class. */
function areaSizes(table: ClassificationTable, { binary }: TableArea): Sizes {
  if (binary === null) return sizesOf("auc", table);
  const smaller = Math.min(binary.area.positives, binary.area.negatives);
  return { total: smaller, each: smaller };
}

function aucDifference(candidate: ClassificationTable, baseline: ClassificationTable): PairedDifference | null {
  const a = tableArea(candidate);
  const b = tableArea(baseline);
  if (a === null || b === null) return null;
  const { standardError, p } = areaDifference(a, b);
  const sizes = areaSizes(candidate, a);
  return {
    name: "auc",
    direction: "higher",
    candidate: a.auc,
    baseline: b.auc,
    n: candidate.truth.length,
    p: Number.isFinite(p) ? p : 1,
    interval(level) {
      const factor = widening(level, sizes.each);
      if (!Number.isFinite(standardError * factor)) return null;
      if (!(standardError > NO_SPREAD)) return unmovedDifference("auc", a.auc - b.auc, sizes, level);
      const half = factor * normalQuantile((1 + level) / 2) * standardError;
      return { low: a.auc - b.auc - half, high: a.auc - b.auc + half, level, method: "paired DeLong" };
    },
  };
}
