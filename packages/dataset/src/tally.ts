import { type Hasher, userError } from "@modelyard/base";
import type { Split, SplitRule } from "@modelyard/content";
import { type Profile, type ProfileBuilder, profileBuilder } from "@modelyard/drift";
import type { Column, ExampleCounts } from "./document.ts";
import { SplitAssigner } from "./split-assigner.ts";
import type { TableFormat } from "./table-format.ts";
import { MAX_COLUMNS, TableReader } from "./table-reader.ts";

/** What counts as an example: every file, every row of the tables, or (auto) rows when there is any table. */
export type ExamplesMode = "auto" | "files" | "rows";

export interface TallyOptions {
  readonly rule: SplitRule;
  readonly mode: ExamplesMode;
  readonly header: boolean;
  readonly labelColumn: string | undefined;
  readonly hasher: Hasher;
}

/** Everything a version says of its examples. */
export interface TallyResult {
  readonly exampleKind: "files" | "rows";
  readonly examples: ExampleCounts;
  readonly profile: Profile | undefined;
  readonly trainProfile: Profile | undefined;
  readonly schema: readonly Column[];
  /** Files that the key pattern did not match. */
  readonly unmatched: number;
}

/** Counts examples by split and profiles rows, file by file in manifest order (the order is part of a profile's sampling). */
export class Tally {
  private readonly options: TallyOptions;
  private readonly assigner: SplitAssigner;
  private readonly all: ProfileBuilder;
  private readonly train: ProfileBuilder;
  private readonly fileCounts = { train: 0, validation: 0, test: 0 };
  private readonly rowCounts = { train: 0, validation: 0, test: 0 };
  private tables = 0;
  /** Columns of headers; those of tables without rows are in no profile. */
  private readonly headerColumns = new Set<string>();

  constructor(options: TallyOptions) {
    this.options = options;
    this.assigner = new SplitAssigner(options.rule, options.hasher);
    this.all = profileBuilder({ labelColumn: options.labelColumn });
    this.train = profileBuilder({ labelColumn: options.labelColumn });
  }

  /** True when the rows of tables must be read. */
  get readsRows(): boolean {
    return this.options.mode !== "files";
  }

  /** True when a file was met whose rows are the examples. */
  get hasTables(): boolean {
    return this.tables > 0;
  }

  /** Notes a file whose rows are the examples; they are read later, if at all. */
  addTable(): void {
    this.tables++;
  }

  /** Counts a file that is not read as a table. */
  addFile(path: string, sha256: string): void {
    if (this.options.mode === "rows") return;
    this.fileCounts[this.assigner.ofFile(path, sha256)]++;
  }

  /** A reader to push a table's bytes into. */
  table(path: string, format: TableFormat): TableReader {
    const splitOf = this.assigner.rowsOf(path);
    return new TableReader(
      path,
      format,
      { header: this.options.header },
      {
        header: (_raw, columns) => {
          for (const column of columns) this.headerColumns.add(column);
        },
        row: (row) => {
          const { names, values } = row.cells();
          const split = splitOf(row.bytes, (column) => values[names.indexOf(column)]);
          this.rowCounts[split]++;
          this.all.addCells(names, values);
          if (split === "train") this.train.addCells(names, values);
          if (this.all.width > MAX_COLUMNS) throw tooWide(path, row.number);
        },
      },
    );
  }

  /** Throws DATASET_COLUMN_MISSING, DATASET_NO_TABLE. */
  result(): TallyResult {
    if (this.tables === 0) return this.filesResult();
    const profile = this.all.build();
    const profiled = profile.columns.map((column): Column => ({ name: column.name, type: column.kind === "numeric" ? "number" : "text" }));
    const named = new Set(profiled.map((column) => column.name));
    const empty = [...this.headerColumns].filter((name) => !named.has(name)).map((name): Column => ({ name, type: "text" }));
    const schema = [...profiled, ...empty];
    this.requireColumns(schema.map((column) => column.name));
    return {
      exampleKind: "rows",
      examples: counted(this.rowCounts),
      profile,
      trainProfile: this.train.build(),
      schema,
      unmatched: this.assigner.unmatched,
    };
  }

  private filesResult(): TallyResult {
    const { rule, labelColumn, mode } = this.options;
    const column = labelColumn ?? (rule.key.kind === "column" ? rule.key.column : undefined);
    if (mode === "rows" || column !== undefined) {
      throw userError(
        "DATASET_NO_TABLE",
        mode === "files"
          ? `the column "${column}" needs rows, but every file is taken as one example`
          : "there is no table (.csv, .tsv, .jsonl, .ndjson) whose rows could be examples",
        "push a directory with tables, or leave out `label-column`, `key-column` and `examples: rows`",
      );
    }
    return {
      exampleKind: "files",
      examples: counted(this.fileCounts),
      profile: undefined,
      trainProfile: undefined,
      schema: [],
      unmatched: this.assigner.unmatched,
    };
  }

  private requireColumns(columns: readonly string[]): void {
    const { rule, labelColumn } = this.options;
    const keyColumn = rule.key.kind === "column" ? rule.key.column : undefined;
    for (const [input, column] of [
      ["label-column", labelColumn],
      ["key-column", keyColumn],
    ] as const) {
      if (column === undefined || columns.includes(column)) continue;
      const shown = columns.slice(0, 20).join(", ");
      throw userError(
        "DATASET_COLUMN_MISSING",
        `no table has the column "${column}" that \`${input}\` names`,
        columns.length === 0
          ? "the tables have no columns: check that they are not empty"
          : `name one of: ${shown}${columns.length > 20 ? ", ..." : ""}`,
      );
    }
  }
}

function tooWide(path: string, row: number): Error {
  return userError(
    "DATASET_ROW_INVALID",
    `with row ${row} of "${path}" the tables have more than ${MAX_COLUMNS} different columns`,
    "give every row the same keys, and put what varies into values; or push it with `examples: files`",
  );
}

function counted(counts: Record<Split, number>): ExampleCounts {
  return { total: counts.train + counts.validation + counts.test, ...counts };
}
