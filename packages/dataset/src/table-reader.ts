import { isUtf8 } from "node:buffer";
import { concatBytes, messageOf, userError } from "@modelyard/base";
import { csvFields } from "./csv-fields.ts";
import { RowSplitter } from "./row-splitter.ts";
import type { TableFormat } from "./table-format.ts";

/** Values of a row by column. */
export type Fields = Readonly<Record<string, string>>;

/** Names of a row's columns and their values, in the order of the file; all rows of a CSV file have one and the same list of names. */
export interface Cells {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** One row of a table while it streams by; its bytes are valid during the call only. */
export interface TableRow {
  /** Counts rows with content from 1, the header apart. */
  readonly number: number;
  /** With the line ending, as the file has it. */
  readonly raw: Uint8Array;
  /** Without the line ending: the bytes that name the example. */
  readonly bytes: Uint8Array;
  /** Where the row ends in the file: the offset after its line ending. */
  readonly end: number;
  /** Parses the row. Throws DATASET_ROW_INVALID. */
  cells(): Cells;
  /** The same as a record. */
  fields(): Fields;
}

export interface TableSink {
  /** The header as the file has it, byte order mark and line ending included. */
  header?(raw: Uint8Array, columns: readonly string[]): void;
  row(row: TableRow): void;
}

export interface TableOptions {
  /** False when a CSV file has no header; columns are then `column1`, `column2`, ... */
  readonly header: boolean;
  /** Most columns of a table; more is a file that is no table. */
  readonly maxColumns?: number | undefined;
}

/** Wide feature tables have thousands of columns; each costs a profile. */
export const MAX_COLUMNS = 20_000;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;
/** Named so by JavaScript for the prototype of an object; no row may set it. */
const FORBIDDEN_COLUMN = "__proto__";
/** What decoding puts in the place of bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";
const COMMA = ",";
/** What spreadsheets of many countries write in the place of commas, into files that are called .csv nevertheless. */
const OTHER_DELIMITERS = [";", "\t"] as const;
const QUOTED = /"[^"]*"/g;

/** Streaming reader of one CSV or JSONL file: push chunks, then `end`; rows come out of the sink in order. Blank lines are no rows. */
export class TableReader {
  private readonly path: string;
  private readonly format: TableFormat;
  private readonly options: TableOptions;
  private readonly sink: TableSink;
  private readonly splitter: RowSplitter;
  private delimiter: string;
  private columns: readonly string[] | undefined;
  private start: Uint8Array | undefined = new Uint8Array(0);
  private mark: Uint8Array = new Uint8Array(0);
  private number = 0;
  private offset = 0;

  constructor(path: string, format: TableFormat, options: TableOptions, sink: TableSink) {
    this.path = path;
    this.format = format;
    this.options = options;
    this.sink = sink;
    this.delimiter = format.kind === "csv" ? String.fromCharCode(format.delimiter) : "";
    const quoteDelimiter = format.kind === "csv" ? format.delimiter : undefined;
    this.splitter = new RowSplitter(
      () => this.where(this.number + 1),
      quoteDelimiter,
      (raw, bytes, hasQuote) => this.take(raw, bytes, hasQuote),
    );
  }

  /** Throws DATASET_ROW_INVALID, DATASET_ROW_TOO_LONG, DATASET_ENCODING. */
  push(chunk: Uint8Array): void {
    if (this.start === undefined) {
      this.splitter.push(chunk);
      return;
    }
    this.start = concatBytes([this.start, chunk]);
    if (this.start.length >= BYTE_ORDER_MARK.length) this.begin(this.start);
  }

  end(): void {
    if (this.start !== undefined) this.begin(this.start);
    this.splitter.end();
  }

  private begin(first: Uint8Array): void {
    if ((first[0] === 0xff && first[1] === 0xfe) || (first[0] === 0xfe && first[1] === 0xff)) {
      throw userError("DATASET_ENCODING", `"${this.path}" is UTF-16 text`, "save the table as UTF-8, or push it with `examples: files`");
    }
    const marked = BYTE_ORDER_MARK.every((byte, i) => first[i] === byte);
    this.mark = marked ? first.slice(0, BYTE_ORDER_MARK.length) : new Uint8Array(0);
    this.start = undefined;
    this.offset = this.mark.length;
    this.splitter.push(marked ? first.subarray(BYTE_ORDER_MARK.length) : first);
  }

  private take(raw: Uint8Array, bytes: Uint8Array, hasQuote: boolean): void {
    this.offset += raw.length;
    if (bytes.length === 0) return;
    if (this.format.kind === "csv" && this.columns === undefined) {
      if (this.options.header) this.lookAtHeader(this.textOf(bytes));
      const first = this.csv(bytes, hasQuote);
      this.columns = this.options.header ? this.checkedColumns(first) : first.map((_, i) => `column${i + 1}`);
      if (this.options.header) {
        this.sink.header?.(this.mark.length > 0 ? concatBytes([this.mark, raw]) : raw, this.columns);
        return;
      }
    }
    this.number++;
    const cells = this.format.kind === "csv" ? () => this.csvRow(bytes, hasQuote) : () => this.jsonRow(bytes);
    this.sink.row({ number: this.number, raw, bytes, end: this.offset, cells, fields: () => fieldsOf(cells()) });
  }

  /** Finds the delimiter: that of the file's name, unless the header has none of it and has another. */
  private lookAtHeader(header: string): void {
    const bare = header.replace(QUOTED, "");
    if (bare.includes("\r")) this.invalid("lines end with a carriage return alone; a line feed was expected");
    if (this.delimiter !== COMMA || bare.includes(COMMA)) return;
    this.delimiter = OTHER_DELIMITERS.find((other) => bare.includes(other)) ?? COMMA;
    this.splitter.delimiter = this.delimiter.charCodeAt(0);
  }

  private csv(bytes: Uint8Array, hasQuote: boolean): readonly string[] {
    const result = csvFields(this.textOf(bytes), this.delimiter, hasQuote);
    return "problem" in result ? this.invalid(result.problem) : result.fields;
  }

  private csvRow(bytes: Uint8Array, hasQuote: boolean): Cells {
    const values = this.csv(bytes, hasQuote);
    const names = this.columns!;
    if (values.length !== names.length) this.invalid(`it has ${values.length} fields; the header has ${names.length}`);
    return { names, values };
  }

  private jsonRow(bytes: Uint8Array): Cells {
    const text = this.textOf(bytes);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      this.invalid(`it is not JSON: ${messageOf(cause)}`);
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) this.invalid("it is not a JSON object");
    const names = Object.keys(value);
    if (names.includes(FORBIDDEN_COLUMN)) this.invalid(`it has the key ${FORBIDDEN_COLUMN}`);
    return { names, values: Object.values(value).map(textOfJson) };
  }

  private checkedColumns(columns: readonly string[]): readonly string[] {
    const maxColumns = this.options.maxColumns ?? MAX_COLUMNS;
    if (columns.length > maxColumns) this.invalid(`its header has ${columns.length} columns; ${maxColumns} at most`);
    const seen = new Set<string>();
    for (const column of columns) {
      if (column === FORBIDDEN_COLUMN || seen.has(column))
        this.invalid(`its header has the column "${column.slice(0, 100)}" ${seen.has(column) ? "twice" : ""}`.trim());
      seen.add(column);
    }
    return columns;
  }

  private textOf(bytes: Uint8Array): string {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
    // The character may be in the file, too; only then are the bytes looked at.
    if (!text.includes(REPLACEMENT) || isUtf8(bytes)) return text;
    throw userError(
      "DATASET_ENCODING",
      `${this.where(this.number)} is not UTF-8 text`,
      "save the table as UTF-8, or push it with `examples: files`",
    );
  }

  private where(row: number): string {
    const isHeader = this.columns === undefined && this.format.kind === "csv";
    return `${isHeader ? (this.options.header ? "the header" : "row 1") : `row ${row}`} of "${this.path}"`;
  }

  private invalid(problem: string): never {
    throw userError(
      "DATASET_ROW_INVALID",
      `${this.where(this.number)} cannot be read: ${problem}`,
      "correct the file, or push it with `examples: files` to take every file as one example",
    );
  }
}

function textOfJson(value: unknown): string {
  return typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
}

function fieldsOf({ names, values }: Cells): Fields {
  const fields: Record<string, string> = {};
  for (let i = 0; i < names.length; i++) fields[names[i]!] = values[i]!;
  return fields;
}
