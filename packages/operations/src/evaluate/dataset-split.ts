import { userError } from "@modelyard/base";
import { type DatasetVersion, type Example, readExamples, resolveDatasetVersion } from "@modelyard/dataset";
import type { Yard } from "@modelyard/store";
import type { Context } from "../context.ts";
import { resolveDatasetInput } from "../dataset-input.ts";
import type { EvaluatedSplit, EvaluateInputs } from "./inputs.ts";

/** The examples that candidate and baseline are scored on. */
export interface DatasetSplit {
  readonly yard: Yard;
  readonly version: DatasetVersion;
  readonly split: EvaluatedSplit;
  readonly labelColumn: string;
  readonly idColumn: string | undefined;
}

export type RowExample = Extract<Example, { kind: "row" }>;

/** The split that the inputs name. Throws DATASET_*, EVALUATE_NEEDS_ROWS, EVALUATE_LABEL_COLUMN naming the columns there are. */
export async function openSplit(dataset: string, inputs: EvaluateInputs, yard: Yard, context: Context): Promise<DatasetSplit> {
  const ref = await resolveDatasetInput(dataset, yard, context.cwd);
  const version = await resolveDatasetVersion(yard, ref.name, { kind: "number", number: ref.version });
  const what = `${version.name}@${version.version}`;
  if (version.exampleKind !== "rows") {
    throw userError(
      "EVALUATE_NEEDS_ROWS",
      `the examples of ${what} are files, and evaluate runs models over rows of tables`,
      "score the files in your own step and give evaluate the results in `predictions`",
    );
  }
  const labelColumn = inputs.labelColumn ?? version.table.labelColumn;
  if (labelColumn === null) throw noLabelColumn(`${what} declares no label column`, version);
  if (!version.schema.some((column) => column.name === labelColumn)) throw noLabelColumn(`${what} has no column "${labelColumn}"`, version);
  return { yard, version, split: inputs.split, labelColumn, idColumn: inputs.idColumn };
}

function noLabelColumn(problem: string, version: DatasetVersion): Error {
  const names = version.schema.map((column) => column.name);
  const shown = names.length > 12 ? `${names.slice(0, 6).join(", ")}, ..., ${names.slice(-4).join(", ")}` : names.join(", ");
  return userError("EVALUATE_LABEL_COLUMN", `${problem}; its columns are ${shown}`, "name the column of the true labels in `label-column`");
}

/** The rows of a split in order. Throws EVALUATE_LABEL_MISSING for a row without a label. */
export async function* rowsOf(data: DatasetSplit, context: Context): AsyncGenerator<RowExample & { readonly label: string }> {
  const { yard, version, split, labelColumn, idColumn } = data;
  for await (const example of readExamples(yard, version, split, { idColumn, hasher: context.hasher, signal: context.signal })) {
    if (example.kind !== "row") continue;
    const label = example.fields[labelColumn];
    if (label === undefined || label.trim() === "") {
      throw userError(
        "EVALUATE_LABEL_MISSING",
        `row ${example.row} of ${example.path} has no label in the column "${labelColumn}"`,
        "label the row, or leave it out of the split",
      );
    }
    yield { ...example, label: label.trim() };
  }
}
