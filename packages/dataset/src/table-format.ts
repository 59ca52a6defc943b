/** How a table's rows are spelt; `delimiter` is a byte. */
export type TableFormat = { readonly kind: "csv"; readonly delimiter: number } | { readonly kind: "jsonl" };

const COMMA = 0x2c;
const TAB = 0x09;

/** The table format that a path's extension names (`.csv`, `.tsv`, `.jsonl`, `.ndjson`), or undefined for a file that is no table. */
export function tableFormat(path: string): TableFormat | undefined {
  const lower = path.toLowerCase();
  if (lower.endsWith(".csv")) return { kind: "csv", delimiter: COMMA };
  if (lower.endsWith(".tsv")) return { kind: "csv", delimiter: TAB };
  if (lower.endsWith(".jsonl") || lower.endsWith(".ndjson")) return { kind: "jsonl" };
  return undefined;
}
