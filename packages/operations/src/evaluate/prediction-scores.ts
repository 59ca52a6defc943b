import { type Json, type ModelyardError, parseJson, userError } from "@modelyard/base";
import { argmax, classOrder, type Prediction } from "@modelyard/evaluate";

/** `score-column` for a file whose column of that name holds no probabilities. */
export const NO_SCORES = "none";
/** Pairs of classes of which a small file may hold one alone. */
const USUAL_PAIRS: readonly (readonly [string, string])[] = [
  ["0", "1"],
  ["false", "true"],
];
/** Rounded probabilities sum to one within this. */
const SUM_SLACK = 0.05;
/** Share of rows whose prediction is not the most probable class from which the column is something else than was thought; other thresholds than a half explain fewer. */
const NOTABLE_SHARE = 0.2;

/** One row of a predictions file, its cells as texts. */
export interface RawRow {
  readonly id: string;
  readonly label: string | null;
  readonly prediction: string | undefined;
  readonly score: string | undefined;
  readonly byClass: readonly string[];
}

/** Something to say of the probabilities of a file. */
export interface ScoreNote {
  readonly kind: "info" | "warning";
  readonly text: string;
}

/** Class of each probability: as the columns are named, as the keys of the objects, else the classes that labels and predictions hold, in their order. */
export function scoredClasses(rows: readonly RawRow[], named: readonly string[], known: readonly string[], what: string): string[] {
  if (named.length > 0) return [...named];
  const first = rows.find((row) => row.score !== undefined && row.score !== "")?.score;
  const object = first?.startsWith("{") ? (parseJson(first, what) as Readonly<Record<string, Json>>) : undefined;
  if (object !== undefined) return classOrder(Object.keys(object));
  const found = rows.flatMap((row) => [row.label, row.prediction ?? null].filter((name) => name !== null));
  const classes = classOrder([...known, ...found]);
  return [...(classes.length === 1 ? (USUAL_PAIRS.find((pair) => pair.includes(classes[0]!)) ?? classes) : classes)];
}

/** The prediction of a row: the one that it names, else the most probable class. Throws PREDICTIONS_INVALID. */
export function predictionOf(row: RawRow, classes: readonly string[] | null, named: readonly string[], where: string): Prediction {
  const scores = classes === null ? null : scoresOf(row, classes, named, where);
  const prediction = row.prediction ?? (scores === null ? undefined : classes![mostProbable(scores)]);
  if (prediction === undefined || /^(?:nan)?$/i.test(prediction.trim()))
    throw userError(
      "PREDICTIONS_INVALID",
      `${where} has no prediction${prediction === undefined || prediction.trim() === "" ? "" : ` ("${prediction.trim()}")`}`,
      "give each row a prediction or its probabilities",
    );
  return { id: row.id, label: row.label, prediction: prediction.trim(), scores };
}

function mostProbable(scores: readonly number[]): number {
  return scores.length === 2 ? Number(scores[1]! > 0.5) : argmax(scores);
}

function scoresOf(row: RawRow, classes: readonly string[], named: readonly string[], where: string): number[] {
  const values: readonly unknown[] = named.length > 0 ? row.byClass.map(numberOf) : scoreValues(row.score ?? "", classes, where);
  const scores = values.map((value) => (typeof value === "number" ? value : Number.NaN));
  if (scores.length === classes.length && scores.every((p) => p >= 0 && p <= 1 + 1e-6)) return scores;
  throw badScores(`${where}: "${(row.score ?? row.byClass.join(",")).slice(0, 60)}"`, scores, classes);
}

function badScores(found: string, scores: readonly number[], classes: readonly string[]): ModelyardError {
  const list = `${classes.slice(0, 6).join(", ")}${classes.length > 6 ? ", ..." : ""}`;
  const leaveOut = "or set `score-column: none` to evaluate without probabilities";
  if (scores.length === classes.length)
    return userError(
      "PREDICTIONS_INVALID",
      `${found} is not a probability between 0 and 1 (classes: ${list})`,
      `write probabilities (turn logits into them by sigmoid or softmax), ${leaveOut}`,
    );
  return userError(
    "PREDICTIONS_INVALID",
    `${found} does not give one probability for each of ${classes.length} ${classes.length === 1 ? "class" : "classes"} (${list})`,
    `with two classes give the second one's probability; with more a JSON object of class and probability, or one column a class (score-column: p_*); ${leaveOut}`,
  );
}

function scoreValues(text: string, classes: readonly string[], where: string): readonly unknown[] {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{") && !trimmed.startsWith("[")) return classes.length === 2 ? [1 - numberOf(trimmed), numberOf(trimmed)] : [];
  const value = parseJson(trimmed, where);
  if (Array.isArray(value)) return value;
  return classes.map((name) => (value as Readonly<Record<string, Json>>)[name]);
}

/** A cell as a number; NaN for an empty one. */
export function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** What is worth saying of probabilities that parse: which class they are of, and what does not fit. */
export function scoreNotes(predictions: readonly Prediction[], classes: readonly string[], what: string): ScoreNote[] {
  const notes: ScoreNote[] = [];
  if (classes.length === 2) notes.push({ kind: "info", text: `${what}: probabilities are read as those of "${classes[1]!.slice(0, 60)}"` });
  const rows = predictions.length;
  const other = predictions.filter(({ prediction, scores }) => scores !== null && classes[mostProbable(scores)] !== prediction).length;
  if (other > NOTABLE_SHARE * rows)
    notes.push({
      kind: "warning",
      text: `${what}: in ${other} of ${rows} rows the prediction is not the most probable class. Does the column hold the probability of the predicted class? It has to be that of ${classes.length === 2 ? `"${classes[1]!.slice(0, 60)}"` : "each class"}; score-column: none leaves it out`,
    });
  const off = predictions.filter(({ scores }) => scores !== null && Math.abs(scores.reduce((a, b) => a + b, 0) - 1) > SUM_SLACK).length;
  if (off > 0) notes.push({ kind: "warning", text: `${what}: in ${off} of ${rows} rows the probabilities do not sum to 1` });
  return notes;
}
