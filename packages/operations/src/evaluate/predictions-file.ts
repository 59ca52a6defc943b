import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { userError } from "@modelyard/base";
import { TableReader, tableFormat } from "@modelyard/dataset";
import type { Prediction, Task } from "@modelyard/evaluate";
import { requireFile } from "../read-file-input.ts";
import type { EvaluateInputs } from "./inputs.ts";
import { NO_SCORES, numberOf, predictionOf, type RawRow, type ScoreNote, scoredClasses, scoreNotes } from "./prediction-scores.ts";

/** Distinct whole-number labels up to which numbers are classes rather than measurements. */
const MAX_NUMERIC_CLASSES = 50;
const NAMED_IDS = 5;
/** All rows are held in memory for resampling. */
const MAX_ROWS = 20_000_000;

/** Predictions made elsewhere. */
export interface PredictionsFile {
  readonly task: Task;
  readonly predictions: Prediction[];
  readonly labels: readonly string[] | null;
  /** Values of the asked columns, one a row. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  /** What its probabilities are taken for, and what looks wrong with them. */
  readonly notes: readonly ScoreNote[];
}

export type ColumnInputs = Pick<EvaluateInputs, "idColumn" | "labelColumn" | "predictionColumn" | "scoreColumn" | "task"> & {
  /** Classes that are known from elsewhere. */
  readonly classes?: readonly string[] | undefined;
  /** The id and label columns are those of a dataset: a file without them is looked through for the usual names. */
  readonly columnsOfDataset?: boolean | undefined;
};

/**
 * Reads a predictions file (CSV, TSV or JSON lines). Columns: `id-column` (default `id`; without one the row's number), `label-column` (default `label`),
 * `prediction-column` (default `prediction`), `score-column` (default `score` or `scores`, `none` for no probabilities): one probability of the second class, a JSON
 * list or object of all, or with a `*` one column a class. Throws FILE_MISSING, PREDICTIONS_FORMAT, PREDICTIONS_COLUMN, PREDICTIONS_INVALID, EVALUATE_IDS_DUPLICATE, DATASET_ROW_INVALID.
 */
export async function readPredictionsFile(
  input: string,
  path: string,
  inputs: ColumnInputs,
  columns: readonly string[],
  cwd: string,
): Promise<PredictionsFile> {
  const what = basename(path);
  const { rows, scoreClasses, extra } = await readRows(await requireFile(input, path, cwd), what, inputs, columns);
  requireDistinct(
    rows.map((row) => row.id),
    what,
  );
  const task = taskOf(inputs.task, rows);
  // A column without a single value says that there are no probabilities, as in predictions that evaluate stored.
  const scored = task === "classification" && rows.some((row) => row.byClass.length > 0 || (row.score ?? "").trim() !== "");
  const classes = scored ? scoredClasses(rows, scoreClasses, inputs.classes ?? [], what) : null;
  const predictions = rows.map((row, i) => predictionOf(row, classes, scoreClasses, `${what}, row ${i + 1}`));
  return { task, predictions, labels: classes, columns: extra, notes: classes === null ? [] : scoreNotes(predictions, classes, what) };
}

interface FoundColumns {
  readonly id: string | undefined;
  readonly label: string | undefined;
  readonly prediction: string | undefined;
  readonly score: string | undefined;
  /** Columns of single classes, for a score column with `*`. */
  readonly byClass: readonly string[];
  readonly classes: readonly string[];
}

async function readRows(path: string, what: string, inputs: ColumnInputs, columns: readonly string[]) {
  const format = tableFormat(path);
  if (format === undefined)
    throw userError("PREDICTIONS_FORMAT", `${what} is no table that can be read`, "give a file that ends in .csv, .tsv or .jsonl");
  const rows: RawRow[] = [];
  const extra = new Map(columns.map((name): [string, string[]] => [name, []]));
  let found: FoundColumns | undefined;
  const reader = new TableReader(
    what,
    format,
    { header: true },
    {
      row(row) {
        const fields = row.fields();
        found ??= findColumns(Object.keys(fields), inputs, columns, what);
        const at = (column: string | undefined): string | undefined => (column === undefined ? undefined : fields[column]);
        if (rows.length >= MAX_ROWS) throw userError("PREDICTIONS_INVALID", `${what} has more than ${MAX_ROWS} rows`, "evaluate a sample");
        const id = at(found.id);
        if (found.id !== undefined && !id)
          throw userError(
            "PREDICTIONS_INVALID",
            `${what}, row ${row.number} has no id in the column "${found.id}"`,
            "give each row one id",
          );
        rows.push({
          id: id ?? String(row.number),
          label: blankAsNull(at(found.label)),
          prediction: at(found.prediction),
          score: at(found.score),
          byClass: found.byClass.map((name) => fields[name] ?? ""),
        });
        for (const [name, values] of extra) values.push(fields[name] ?? "");
      },
    },
  );
  for await (const chunk of createReadStream(path)) reader.push(chunk as Uint8Array);
  reader.end();
  if (found === undefined) throw userError("EVALUATE_EMPTY", `${what} has no rows`, "check the step that writes it");
  return { rows, scoreClasses: found.classes, extra };
}

function blankAsNull(text: string | undefined): string | null {
  return text === undefined || text.trim() === "" ? null : text.trim();
}

function findColumns(there: readonly string[], inputs: ColumnInputs, slices: readonly string[], what: string): FoundColumns {
  const missing = (input: string, column: string): Error =>
    userError(
      "PREDICTIONS_COLUMN",
      `${what} has no column "${column}" (it has: ${there.slice(0, 20).join(", ")})`,
      `name the right column in \`${input}\``,
    );
  const pick = (input: string, given: string | undefined, usual: readonly string[]): string | undefined => {
    if (given !== undefined && there.includes(given)) return given;
    const isDatasets = inputs.columnsOfDataset === true && (input === "id-column" || input === "label-column");
    if (given !== undefined && !isDatasets) throw missing(input, given);
    return usual.find((name) => there.includes(name));
  };
  for (const column of slices) if (!there.includes(column)) throw missing("slices", column);
  const pattern = inputs.scoreColumn?.includes("*") ? inputs.scoreColumn : undefined;
  const [before, after] = pattern?.split("*") ?? [];
  const byClass =
    pattern === undefined
      ? []
      : there.filter((name) => name.length > pattern.length - 1 && name.startsWith(before!) && name.endsWith(after!));
  if (pattern !== undefined && byClass.length === 0) throw missing("score-column", pattern);
  const prediction = pick("prediction-column", inputs.predictionColumn, ["prediction", "predicted"]);
  const single = pattern === undefined && inputs.scoreColumn !== NO_SCORES;
  const score = single ? pick("score-column", inputs.scoreColumn, ["score", "scores", "probability", "probabilities"]) : undefined;
  if (prediction === undefined && score === undefined && byClass.length === 0) throw missing("prediction-column", "prediction");
  const classes = byClass.map((name) => name.slice(before!.length, name.length - after!.length));
  return {
    id: pick("id-column", inputs.idColumn, ["id"]),
    label: pick("label-column", inputs.labelColumn, ["label"]),
    prediction,
    score,
    byClass,
    classes,
  };
}

/** Classes unless the numbers look measured: fractions among labels or predictions, or whole numbers with many values. */
function taskOf(wanted: ColumnInputs["task"], rows: readonly RawRow[]): Task {
  if (wanted !== undefined && wanted !== "auto") return wanted;
  if (rows.some((row) => row.prediction === undefined)) return "classification";
  const labels = [...new Set(rows.map((row) => row.label ?? row.prediction!))].map(numberOf);
  if (!labels.every(Number.isFinite)) return "classification";
  const predictions = rows.map((row) => numberOf(row.prediction!)).filter(Number.isFinite);
  return [...labels, ...predictions].every(Number.isInteger) && labels.length <= MAX_NUMERIC_CLASSES ? "classification" : "regression";
}

/** An id twice is a join that went wrong, and would count its example twice. */
function requireDistinct(ids: readonly string[], what: string): void {
  const seen = new Set<string>();
  const twice = new Set(ids.filter((id) => seen.size === seen.add(id).size));
  if (twice.size === 0) return;
  const named = [...twice].slice(0, NAMED_IDS).map((id) => JSON.stringify(id.slice(0, 60)));
  throw userError(
    "EVALUATE_IDS_DUPLICATE",
    `${what} holds ${twice.size} ${twice.size === 1 ? "id" : "ids"} more than once: ${named.join(", ")}${twice.size > NAMED_IDS ? ", ..." : ""}`,
    "give each example one id, one line",
  );
}
