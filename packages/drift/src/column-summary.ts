import { type Random, randomInt } from "@modelyard/base";
import { type Cell, readCell } from "./cell.ts";

/** Values kept of a column for its quantiles: up to this many all of them, beyond it an even random sample. 100,000 puts a quantile's error near 0.2 %. */
export const SAMPLE_LIMIT = 100_000;
/** Distinct texts counted of a column; what is first seen later counts as other. Bounds the memory of identifiers and free text. */
export const DISTINCT_LIMIT = 10_000;
/** What all columns of a table keep together, so that a table of 20,000 columns fits in memory, too; 50 columns have the limits above. */
const ALL_SAMPLES = 50 * SAMPLE_LIMIT;
const ALL_DISTINCT = 50 * DISTINCT_LIMIT;
/** Few enough for 20,000 columns, and enough for 101 quantiles and 64 exact counts. */
const LEAST_SAMPLES = 250;
const LEAST_DISTINCT = 64;
/** Longer texts are prose, not categories: they count as other and are not kept. */
const LONGEST_TEXT = 128;
/** V8 keeps a piece of a longer text as a view that holds all of it; shorter ones are copies. */
const SHORTEST_VIEW = 13;

/** Most values and distinct texts that a column keeps. */
export interface ColumnLimits {
  readonly samples: number;
  readonly distinct: number;
}

/** The limits of each column in a table of `width` columns. */
export function columnLimits(width: number): ColumnLimits {
  const share = (all: number, least: number, most: number): number => Math.min(most, Math.max(least, Math.floor(all / Math.max(1, width))));
  return { samples: share(ALL_SAMPLES, LEAST_SAMPLES, SAMPLE_LIMIT), distinct: share(ALL_DISTINCT, LEAST_DISTINCT, DISTINCT_LIMIT) };
}

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
  /** Rows whose text was not counted: it came after the distinct texts were full, or is too long to be a category. */
  uncounted = 0;
  private squares = 0;
  private kept = new Float64Array(16);
  private numbers = 0;
  private readonly entries = new Map<string, Entry>();
  /** False once a column of numbers has more of them than are counted: their texts say nothing any more, and looking them up is most of the work. */
  private countsTexts = true;
  private readonly random: Random;
  private readonly limits: ColumnLimits;

  constructor(random: Random, limits: ColumnLimits = columnLimits(1)) {
    this.random = random;
    this.limits = limits;
  }

  add(text: string): void {
    const entry = this.countsTexts ? this.entries.get(text) : undefined;
    const cell = entry === undefined ? readCell(text) : entry.cell;
    if (cell.kind === "missing") return;
    this.n++;
    if (cell.kind === "number") this.addNumber(cell.value);
    else this.allNumbers = false;
    if (entry !== undefined) entry.count++;
    else if (this.countsTexts) this.count(text, cell);
  }

  private count(text: string, cell: Cell): void {
    if (text.length <= LONGEST_TEXT && this.entries.size < this.limits.distinct) {
      this.entries.set(text.length < SHORTEST_VIEW ? text : copyOf(text), { cell, count: 1 });
      return;
    }
    this.uncounted++;
    if (!this.allNumbers) return;
    this.countsTexts = false;
    this.entries.clear();
  }

  /** The sample of the numbers, ascending. */
  sortedNumbers(): Float64Array {
    return this.kept.slice(0, Math.min(this.numbers, this.limits.samples)).sort();
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
    if (seen <= this.limits.samples) {
      this.keep(seen - 1, value);
      return;
    }
    // Vitter's algorithm R: every value stays with the same probability.
    const slot = randomInt(this.random, seen);
    if (slot < this.limits.samples) this.kept[slot] = value;
  }

  private keep(slot: number, value: number): void {
    if (slot >= this.kept.length) {
      const larger = new Float64Array(Math.min(this.limits.samples, this.kept.length * 2));
      larger.set(this.kept);
      this.kept = larger;
    }
    this.kept[slot] = value;
  }
}

/** The text apart from the row that it was cut from, which would stay in memory with it. */
function copyOf(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}
