import { sourceRows } from "../examples/digits/add-data.ts";
import type { LabelledRow } from "./traffic.ts";

const SIDE = 8;

/** Real digits of the source, rows [from, to). */
export function digits(from: number, to: number): LabelledRow[] {
  return sourceRows()
    .slice(from, to)
    .map((line) => {
      const cells = line.split(",").map(Number);
      return { pixels: cells.slice(0, SIDE * SIDE), digit: String(cells[SIDE * SIDE]) };
    });
}

/** The same digits as a new scanner would give them: one pixel to the right, and paler. */
export function rescanned(rows: readonly LabelledRow[]): LabelledRow[] {
  return rows.map(({ pixels, digit }) => {
    const moved = pixels.map((_, i) => (i % SIDE === 0 ? 0 : Math.round(pixels[i - 1]! * 0.75)));
    return { pixels: moved, digit };
  });
}
