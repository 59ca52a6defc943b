import { userError } from "@modelyard/base";
import { setCell } from "./cell.ts";
import type { Signature, SignatureInput } from "./signature.ts";
import { elementCount, emptyData, type Tensor } from "./tensor-data.ts";
import { valueHint } from "./tensor-json.ts";

/** A table's row: column -> text. */
export type Row = Readonly<Record<string, string>>;

/**
 * The model's inputs for these rows: each input's columns become one row of its tensor, in order. `firstRow` numbers the rows in messages (default 1). Throws
 * COLUMN_MISSING and CELL_INVALID naming column and row, SIGNATURE_COLUMNS when the signature names no columns for an input.
 */
export function rowsToTensors(signature: Signature, rows: readonly Row[], firstRow = 1): Tensor[] {
  return signature.inputs.map((input) => {
    const columns = inputColumns(input);
    const data = emptyData(input.dtype, rows.length * columns.length);
    let at = 0;
    for (const [index, row] of rows.entries()) {
      for (const column of columns) {
        // hasOwn, because a column called "constructor" is on every object.
        const cell = Object.hasOwn(row, column) ? row[column] : undefined;
        if (cell === undefined) throw missing(input, column, row, firstRow + index);
        if (!setCell(input.dtype, data, at++, cell)) throw invalid(input, column, cell, firstRow + index);
      }
    }
    return { name: input.name, dtype: input.dtype, shape: [rows.length, ...rowShape(input, columns.length)], data };
  });
}

/** The dataset columns that the signature reads, each once, in order. */
export function signatureColumns(signature: Signature): string[] {
  return [...new Set(signature.inputs.flatMap((input) => inputColumns(input)))];
}

function inputColumns(input: SignatureInput): readonly string[] {
  const columns = input.columns ?? (input.column === undefined ? undefined : [input.column]);
  if (columns !== undefined) return columns;
  throw userError(
    "SIGNATURE_COLUMNS",
    `the signature names no columns for the input ${input.name}`,
    "add `columns` (or `column`) to this input in signature.json",
  );
}

/** Extents after the batch; one free extent takes what the columns leave. */
function rowShape(input: SignatureInput, columns: number): number[] {
  const extents = input.shape.slice(1);
  const known = elementCount(extents.filter((extent) => extent >= 0));
  const free = extents.filter((extent) => extent < 0).length;
  const shape = extents.map((extent) => (extent < 0 ? columns / known : extent));
  if (free > 1 || elementCount(shape) !== columns || shape.some((extent) => !Number.isInteger(extent))) {
    throw userError(
      "SIGNATURE_COLUMNS",
      `${columns} columns do not fill a row of the input ${input.name}`,
      "give this input one column for each value of a row",
    );
  }
  return shape;
}

function missing(input: SignatureInput, column: string, row: Row, number: number): Error {
  const have = Object.keys(row);
  const some = have.slice(0, 8).join(", ") + (have.length > 8 ? ", ..." : "");
  return userError(
    "COLUMN_MISSING",
    `row ${number} has no column "${column}", which the input ${input.name} needs (it has: ${some})`,
    "use the dataset version that the model was trained on, or map the columns in signature.json",
  );
}

function invalid(input: SignatureInput, column: string, cell: string, number: number): Error {
  const shown = cell.trim() === "" ? "an empty cell" : `"${cell.slice(0, 60)}"`;
  return userError("CELL_INVALID", `row ${number}, column "${column}": ${shown} is not ${input.dtype}`, valueHint(input.dtype));
}
