import { argsort } from "@modelyard/stats";
import { confidenceBins, ECE_BINS } from "./calibration.ts";
import type { ClassificationTable } from "./example-table.ts";
import type { Scorer } from "./scorer.ts";

/** Smallest probability that log loss takes a logarithm of: the spacing of doubles at 1, as in scikit-learn. */
const SMALLEST = 2 ** -52;

const COUNT_NAMES = ["accuracy", "balanced-accuracy", "macro-f1", "weighted-f1", "macro-precision", "mcc"] as const;
const BINARY_NAMES = ["precision", "recall", "f1"] as const;
const SCORE_NAMES = ["log-loss", "brier", "ece"] as const;

/**
 * Metrics of a classification, defined as in scikit-learn 1.9 (zero division gives 0; the second of two classes is the positive one; Brier score halved for two
 * classes; ECE over 15 equal bins of the predicted class's probability). AUC is not here: `auc.ts` has it with its own interval.
 */
export function classificationScorer(table: ClassificationTable): Scorer {
  const binary = table.labels.length === 2;
  const scored = table.scores === null ? undefined : scoreParts(table, table.scores);
  const names = [
    ...COUNT_NAMES,
    ...(binary ? BINARY_NAMES : []),
    ...(scored ? SCORE_NAMES : []),
    ...(scored && binary ? ["average-precision"] : []),
  ];
  const classes = table.labels.length;
  const hits = new Float64Array(classes);
  const truths = new Float64Array(classes);
  const guesses = new Float64Array(classes);
  return {
    rows: table.truth.length,
    names,
    score(weights, out) {
      count(table, weights, hits, truths, guesses);
      writeCountMetrics(hits, truths, guesses, out);
      let at = COUNT_NAMES.length;
      if (binary) {
        const precision = ratio(hits[1]!, guesses[1]!);
        const recall = ratio(hits[1]!, truths[1]!);
        out[at++] = precision;
        out[at++] = recall;
        out[at++] = ratio(2 * hits[1]!, guesses[1]! + truths[1]!);
      }
      if (scored === undefined) return;
      scored.write(weights, out, at);
      if (binary) out[at + SCORE_NAMES.length] = averagePrecision(table.truth, table.scores![1]!, scored.order!, weights);
    },
  };
}

function count(table: ClassificationTable, weights: Uint16Array, hits: Float64Array, truths: Float64Array, guesses: Float64Array): void {
  hits.fill(0);
  truths.fill(0);
  guesses.fill(0);
  const { truth, predicted } = table;
  for (let i = 0; i < truth.length; i++) {
    const weight = weights[i]!;
    const t = truth[i]!;
    const p = predicted[i]!;
    truths[t]! += weight;
    guesses[p]! += weight;
    if (t === p) hits[t]! += weight;
  }
}

function ratio(top: number, bottom: number): number {
  return bottom === 0 ? 0 : top / bottom;
}

/** Accuracy, balanced accuracy, macro and weighted F1, macro precision and Matthews correlation from the counts of each class. */
function writeCountMetrics(hits: Float64Array, truths: Float64Array, guesses: Float64Array, out: Float64Array): void {
  let [n, right, recalls, withTruth, f1s, weightedF1, precisions, present] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [cross, guessSquares, truthSquares] = [0, 0, 0];
  for (let k = 0; k < hits.length; k++) {
    const [hit, truth, guess] = [hits[k]!, truths[k]!, guesses[k]!];
    if (truth === 0 && guess === 0) continue;
    n += truth;
    right += hit;
    present++;
    const f1 = (2 * hit) / (truth + guess);
    f1s += f1;
    weightedF1 += f1 * truth;
    precisions += ratio(hit, guess);
    cross += truth * guess;
    guessSquares += guess * guess;
    truthSquares += truth * truth;
    if (truth === 0) continue;
    withTruth++;
    recalls += hit / truth;
  }
  const spread = Math.sqrt((n * n - guessSquares) * (n * n - truthSquares));
  out.set([right / n, recalls / withTruth, f1s / present, weightedF1 / n, precisions / present, ratio(right * n - cross, spread)]);
}

/** Per-row parts of the metrics of probabilities, and how their weighted means are written. */
function scoreParts(table: ClassificationTable, scores: readonly Float64Array[]) {
  const { truth, predicted, labels } = table;
  const n = truth.length;
  const losses = rowLosses(truth, scores);
  const briers = brierParts(truth, scores, labels.length === 2 ? 0.5 : 1);
  const calibration = confidenceBins(truth, predicted, scores);
  const sums = { confidence: new Float64Array(ECE_BINS), right: new Float64Array(ECE_BINS) };
  const order = labels.length === 2 ? argsort(scores[1]!) : undefined;
  function write(weights: Uint16Array, out: Float64Array, at: number): void {
    let [total, loss, brier] = [0, 0, 0];
    sums.confidence.fill(0);
    sums.right.fill(0);
    for (let i = 0; i < n; i++) {
      const weight = weights[i]!;
      if (weight === 0) continue;
      total += weight;
      loss += weight * losses[i]!;
      brier += weight * briers[i]!;
      const bin = calibration.bin[i]!;
      sums.confidence[bin]! += weight * calibration.confidence[i]!;
      if (truth[i] === predicted[i]) sums.right[bin]! += weight;
    }
    let gap = 0;
    for (let b = 0; b < ECE_BINS; b++) gap += Math.abs(sums.confidence[b]! - sums.right[b]!);
    out[at] = loss / total;
    out[at + 1] = brier / total;
    out[at + 2] = gap / total;
  }
  return { write, order };
}

/** Log loss of each row. */
export function rowLosses(truth: Int32Array, scores: readonly Float64Array[]): Float64Array {
  return Float64Array.from(truth, (t, i) => -Math.log(Math.min(Math.max(scores[t]![i]!, SMALLEST), 1 - SMALLEST)));
}

function brierParts(truth: Int32Array, scores: readonly Float64Array[], scale: number): Float64Array {
  const parts = new Float64Array(truth.length);
  for (const [k, column] of scores.entries()) {
    for (let i = 0; i < parts.length; i++) {
      const miss = column[i]! - (truth[i] === k ? 1 : 0);
      parts[i]! += miss * miss * scale;
    }
  }
  return parts;
}

/** Average precision of the second class: precision at each threshold, weighted by the recall it adds; equal scores are one threshold. */
function averagePrecision(truth: Int32Array, scores: Float64Array, order: Uint32Array, weights: Uint16Array): number {
  let [seen, hits, sum] = [0, 0, 0];
  for (let end = order.length - 1; end >= 0; ) {
    const score = scores[order[end]!]!;
    let gained = 0;
    for (; end >= 0 && scores[order[end]!]! === score; end--) {
      const row = order[end]!;
      const weight = weights[row]!;
      seen += weight;
      if (truth[row] === 1) gained += weight;
    }
    hits += gained;
    if (gained > 0) sum += gained * (hits / seen);
  }
  return sum / hits;
}
