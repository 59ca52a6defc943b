import { userError } from "@modelyard/base";
import { classOrder } from "./class-order.ts";
import type { Prediction, Task } from "./document.ts";

/** Examples of a classification in columns, for speed. */
export interface ClassificationTable {
  readonly task: "classification";
  /** Classes in order; truth and predictions index it. */
  readonly labels: readonly string[];
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
  /** Probability of each class, one array of rows a class; null where there are none. */
  readonly scores: readonly Float64Array[] | null;
}

/** Examples of a regression in columns. */
export interface RegressionTable {
  readonly task: "regression";
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
}

export type ExampleTable = ClassificationTable | RegressionTable;

export interface TableOptions {
  readonly task: Task;
  /** Class of each score; absent when there are no scores. */
  readonly scoreLabels?: readonly string[] | null | undefined;
  /** Further classes, so that two tables share their order. */
  readonly classes?: Iterable<string> | undefined;
}

/** Columns from predictions. Throws EVALUATE_LABEL_MISSING, EVALUATE_NOT_A_NUMBER, EVALUATE_SCORES, each naming the first example that is wrong. */
export function exampleTable(predictions: readonly Prediction[], options: TableOptions): ExampleTable {
  const unlabelled = predictions.find((prediction) => prediction.label === null);
  if (unlabelled !== undefined) {
    throw userError(
      "EVALUATE_LABEL_MISSING",
      `example "${unlabelled.id}" has no label`,
      "evaluate a labelled split, or name the column of the labels in `label-column`",
    );
  }
  return options.task === "regression" ? regressionTable(predictions) : classificationTable(predictions, options);
}

function regressionTable(predictions: readonly Prediction[]): RegressionTable {
  const numbers = (what: "label" | "prediction"): Float64Array => Float64Array.from(predictions, (p) => finite(p, what));
  return { task: "regression", truth: numbers("label"), predicted: numbers("prediction") };
}

function finite(prediction: Prediction, what: "label" | "prediction"): number {
  const text = prediction[what]!;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw userError(
    "EVALUATE_NOT_A_NUMBER",
    `the ${what} of example "${prediction.id}", "${text.slice(0, 40)}", is not a finite number`,
    "a regression needs numbers; for classes give task: classification",
  );
}

function classificationTable(predictions: readonly Prediction[], options: TableOptions): ClassificationTable {
  const scoreLabels = options.scoreLabels ?? null;
  const names = new Set<string>([...(scoreLabels ?? []), ...(options.classes ?? [])]);
  for (const { label, prediction } of predictions) names.add(label!).add(prediction);
  const labels = classOrder(names);
  const index = new Map(labels.map((label, i) => [label, i]));
  return {
    task: "classification",
    labels,
    truth: Int32Array.from(predictions, (p) => index.get(p.label!)!),
    predicted: Int32Array.from(predictions, (p) => index.get(p.prediction)!),
    scores: scoreLabels === null ? null : scoreColumns(predictions, scoreLabels, labels),
  };
}

/** Scores by class; a class that the model does not know has probability 0 everywhere. */
function scoreColumns(
  predictions: readonly Prediction[],
  scoreLabels: readonly string[],
  labels: readonly string[],
): Float64Array[] | null {
  if (predictions.every((p) => p.scores === null)) return null;
  const columns = labels.map(() => new Float64Array(predictions.length));
  const target = scoreLabels.map((label) => columns[labels.indexOf(label)]!);
  for (const [row, { id, scores }] of predictions.entries()) {
    if (scores?.length !== target.length || !scores.every((p) => p >= 0 && p <= 1 + 1e-6)) {
      throw userError(
        "EVALUATE_SCORES",
        `example "${id}" has no ${target.length} probabilities between 0 and 1`,
        `give one probability for each class: ${scoreLabels.slice(0, 10).join(", ")}`,
      );
    }
    for (let k = 0; k < target.length; k++) target[k]![row] = scores[k]!;
  }
  return columns;
}

/** The table of some of the rows, in the order given. */
export function takeRows<T extends ExampleTable>(table: T, rows: Uint32Array): T;
export function takeRows(table: ExampleTable, rows: Uint32Array): ExampleTable {
  if (table.task === "regression")
    return { task: "regression", truth: doubles(table.truth, rows), predicted: doubles(table.predicted, rows) };
  const { labels, truth, predicted, scores } = table;
  return {
    task: "classification",
    labels,
    truth: whole(truth, rows),
    predicted: whole(predicted, rows),
    scores: scores?.map((column) => doubles(column, rows)) ?? null,
  };
}

function doubles(values: Float64Array, rows: Uint32Array): Float64Array {
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]!]!;
  return taken;
}

function whole(values: Int32Array, rows: Uint32Array): Int32Array {
  const taken = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]!]!;
  return taken;
}
