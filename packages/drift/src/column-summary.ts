import { type Random, randomInt } from "@modelyard/base";
import { type Cell, readCell } from "./cell.ts";

/** Values kept of a column for its quantiles: up to this many all of them, beyond it an even random sample. 100,000 puts a quantile's error near 0.2 %. */
export const SAMPLE_LIMIT = 100_000;
/** Distinct texts counted of a column; what is first seen later counts as other. Bounds the memory of identifiers and free text. */
export const DISTINCT_LIMIT = 10_000;

interface Entry {
  readonly cell: Cell;
  count: number;
}

/** Running summary of one column in bounded memory: moments, extremes, a sample of its numbers and counts of its texts. */
export class ColumnSummary {
  /** Values that were there. */
  n = 0;
  /** True while every value was a finite number. */
  allNumbers = true;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  mean = 0;
  /** Rows whose text came after the distinct texts were full. */
  uncounted = 0;
  private squares = 0;
  private kept = new Float64Array(256);
  private numbers = 0;
  private readonly entries = new Map<string, Entry>();
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  add(text: string): void {
    const entry = this.entries.get(text);
    const cell = entry === undefined ? readCell(text) : entry.cell;
    if (cell.kind === "missing") return;
    this.n++;
    if (entry !== undefined) entry.count++;
    else if (this.entries.size < DISTINCT_LIMIT) this.entries.set(text, { cell, count: 1 });
    else this.uncounted++;
    if (cell.kind === "number") this.addNumber(cell.value);
    else this.allNumbers = false;
  }

  /** The sample of the numbers, ascending. */
  sortedNumbers(): Float64Array {
    return this.kept.slice(0, Math.min(this.numbers, SAMPLE_LIMIT)).sort();
  }

  /** Standard deviation with n - 1; 0 for fewer than two values. */
  get std(): number {
    return this.numbers < 2 ? 0 : Math.sqrt(this.squares / (this.numbers - 1));
  }

  /** Texts with their counts, most frequent first, ties by text. */
  textCounts(): [string, number][] {
    const counts = [...this.entries].map(([text, entry]): [string, number] => [text, entry.count]);
    return counts.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }

  /** Exact counts by number, ascending, or null when there are more than `limit` distinct ones. */
  numberCounts(limit: number): [number, number][] | null {
    if (this.uncounted > 0) return null;
    const counts = new Map<number, number>();
    for (const { cell, count } of this.entries.values()) {
      if (cell.kind !== "number") continue;
      counts.set(cell.value, (counts.get(cell.value) ?? 0) + count);
      if (counts.size > limit) return null;
    }
    return [...counts].sort((a, b) => a[0] - b[0]);
  }

  private addNumber(value: number): void {
    const seen = ++this.numbers;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    const delta = value - this.mean;
    this.mean += delta / seen;
    this.squares += delta * (value - this.mean);
    if (seen <= SAMPLE_LIMIT) {
      this.keep(seen - 1, value);
      return;
    }
    // Vitter's algorithm R: every value stays with the same probability.
    const slot = randomInt(this.random, seen);
    if (slot < SAMPLE_LIMIT) this.kept[slot] = value;
  }

  private keep(slot: number, value: number): void {
    if (slot >= this.kept.length) {
      const larger = new Float64Array(Math.min(SAMPLE_LIMIT, this.kept.length * 2));
      larger.set(this.kept);
      this.kept = larger;
    }
    this.kept[slot] = value;
  }
}
