import { confidenceBins, ECE_BINS } from "./calibration.ts";
import type { ClassificationTable } from "./example-table.ts";
import { rankOf } from "./rank.ts";
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
  const precision = table.scores !== null && binary ? averagePrecision(table.truth, table.scores[1]!) : undefined;
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
        out[at++] = ratio(hits[1]!, guesses[1]!);
        out[at++] = ratio(hits[1]!, truths[1]!);
        out[at++] = ratio(2 * hits[1]!, guesses[1]! + truths[1]!);
      }
      if (scored === undefined) return;
      scored.write(weights, out, at);
      if (precision !== undefined) out[at + SCORE_NAMES.length] = precision(weights);
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
  const briers = labels.length === 2 ? binaryBriers(truth, scores[1]!) : brierParts(truth, scores);
  const calibration = confidenceBins(truth, predicted, scores);
  const sums = { confidence: new Float64Array(ECE_BINS), right: new Float64Array(ECE_BINS) };
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
  return { write };
}

/** Log loss of each row. */
export function rowLosses(truth: Int32Array, scores: readonly Float64Array[]): Float64Array {
  const losses = new Float64Array(truth.length);
  for (let i = 0; i < losses.length; i++) losses[i] = -Math.log(Math.min(Math.max(scores[truth[i]!]![i]!, SMALLEST), 1 - SMALLEST));
  return losses;
}

function binaryBriers(truth: Int32Array, scores: Float64Array): Float64Array {
  const parts = new Float64Array(truth.length);
  for (let i = 0; i < parts.length; i++) parts[i] = (scores[i]! - truth[i]!) ** 2;
  return parts;
}

function brierParts(truth: Int32Array, scores: readonly Float64Array[]): Float64Array {
  const parts = new Float64Array(truth.length);
  for (const [k, column] of scores.entries()) {
    for (let i = 0; i < parts.length; i++) {
      const miss = column[i]! - (truth[i] === k ? 1 : 0);
      parts[i]! += miss * miss;
    }
  }
  return parts;
}

/** What a position in the ranking holds: bit 0, the row is positive; bit 1, the row is the last of its score. */
const POSITIVE = 1;
const LAST_OF_SCORE = 2;

/**
 * Average precision of the second class: precision at each threshold, weighted by the recall it adds; equal scores are one threshold. The ranking is laid
 * out once, so that a resample reads memory in order but for the weights.
 */
function averagePrecision(truth: Int32Array, scores: Float64Array): (weights: Uint16Array) => number {
  const order = rankOf(scores);
  const n = order.length;
  const marks = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const row = order[i]!;
    const isLast = i === 0 || scores[order[i - 1]!]! !== scores[row]!;
    marks[i] = (truth[row] === 1 ? POSITIVE : 0) | (isLast ? LAST_OF_SCORE : 0);
  }
  return (weights) => {
    let [seen, hits, gained, sum] = [0, 0, 0, 0];
    for (let i = n - 1; i >= 0; i--) {
      const weight = weights[order[i]!]!;
      const mark = marks[i]!;
      seen += weight;
      if (mark & POSITIVE) gained += weight;
      if (mark & LAST_OF_SCORE && gained > 0) {
        hits += gained;
        sum += gained * (hits / seen);
        gained = 0;
      }
    }
    return sum / hits;
  };
}
