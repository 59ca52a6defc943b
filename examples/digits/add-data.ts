// Adds rows of the source to data/digits.csv in file order, as if a new batch had come in: `node add-data.ts 1000` makes the first 1,000 rows.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";

const SIDE = 8;
const here = import.meta.dirname;

/** Column names: `p<row><column>` for the 64 pixels, then the label column `digit`. */
export const columns: readonly string[] = [
  ...Array.from({ length: SIDE * SIDE }, (_, i) => `p${Math.floor(i / SIDE)}${i % SIDE}`),
  "digit",
];

/** All 1,797 rows as text, in file order. */
export function sourceRows(): string[] {
  const text = gunzipSync(readFileSync(join(here, "source", "digits.csv.gz"))).toString("utf8");
  return text.trimEnd().split("\n");
}

/** Writes the first `count` rows with a header to `file`. */
export function writeRows(file: string, count: number): void {
  const rows = sourceRows().slice(0, count);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${columns.join(",")}\n${rows.join("\n")}\n`);
}

if (import.meta.main) {
  const count = Number(process.argv[2]);
  const all = sourceRows().length;
  if (!Number.isInteger(count) || count < 1 || count > all) {
    process.stderr.write(`add-data: give the number of rows to have, 1 to ${all}\n`);
    process.exit(1);
  }
  const file = resolve(process.argv[3] ?? join(here, "data", "digits.csv"));
  writeRows(file, count);
  process.stdout.write(`${file}: ${count} rows\n`);
}
