import { contingencyTest, ksPValue } from "@modelyard/stats";
import type { ColumnSummary } from "./column-summary.ts";
import type { ColumnProfile } from "./document.ts";
import { populationStability } from "./psi.ts";
import { countUpTo, decileEdges, knownPoints, referenceShares } from "./reference-distribution.ts";

/** Categories expected to hold fewer rows of the window than this are pooled: the chi-squared tail is rough below it (Cochran's rule). */
const MIN_EXPECTED = 5;

/** How far a window lies from its reference, before any verdict. */
export interface Distance {
  readonly psi: number;
  readonly test: "ks" | "chi2";
  readonly distance: number;
  readonly p: number;
}

/** Distance of a window's numbers from a numeric profile: KS at the points that the profile knows (never more than the true one), PSI over reference deciles. */
export function numericDistance(profile: Extract<ColumnProfile, { kind: "numeric" }>, live: ColumnSummary, rows: number): Distance {
  const sorted = live.sortedNumbers();
  const n = sorted.length;
  const { values, low, high } = knownPoints(profile);
  let distance = 0;
  for (const [i, value] of values.entries()) {
    const share = countUpTo(sorted, value) / n;
    distance = Math.max(distance, share - high[i]!, low[i]! - share);
  }
  const edges = decileEdges(profile);
  const cumulative = [...edges.map((edge) => countUpTo(sorted, edge) / n), 1];
  const shares = cumulative.map((share, i) => share - (i === 0 ? 0 : cumulative[i - 1]!));
  const ks: Distance = {
    psi: populationStability(referenceShares(profile, edges), shares),
    test: "ks",
    distance,
    p: ksPValue(distance, profile.n, n),
  };
  const gone = missingDistance(profile, n, rows);
  return gone !== null && gone.p < ks.p ? gone : ks;
}

/** Shift of the share of rows without a number; null when neither side lacks any. */
function missingDistance(profile: ColumnProfile, present: number, rows: number): Distance | null {
  const missing = rows - present;
  if (missing <= 0 && profile.missing === 0) return null;
  return categoricalDistance([profile.missing, profile.n], [missing, present]);
}

/** Distance of a window's categories from a category profile. Values that the profile does not name count as other; missing is a category of its own. */
export function categoryDistance(profile: Extract<ColumnProfile, { kind: "category" }>, live: ColumnSummary, rows: number): Distance {
  const counts = new Map(live.textCounts());
  return countsDistance(profile.counts, profile.other, counts, live.n, [profile.missing, rows - live.n]);
}

/** Distance of predicted labels from the classes of a profile. */
export function labelDistance(classes: readonly (readonly [string, number])[], predicted: ReadonlyMap<string, number>): Distance {
  const total = [...predicted.values()].reduce((a, b) => a + b, 0);
  return countsDistance(classes, 0, predicted, total, [0, 0]);
}

function countsDistance(
  named: readonly (readonly [string, number])[],
  other: number,
  live: ReadonlyMap<string, number>,
  liveTotal: number,
  missing: readonly [number, number],
): Distance {
  const known = named.reduce((sum, [value]) => sum + (live.get(value) ?? 0), 0);
  const reference = [...named.map(([, count]) => count), other, missing[0]];
  const window = [...named.map(([value]) => live.get(value) ?? 0), liveTotal - known, missing[1]];
  return categoricalDistance(reference, window);
}

function categoricalDistance(reference: readonly number[], live: readonly number[]): Distance {
  const [a, b] = poolRare(reference, live);
  const { p, cramersV } = contingencyTest([a, b]);
  return { psi: populationStability(shares(a), shares(b)), test: "chi2", distance: cramersV, p };
}

/** Joins the categories that would hold too few rows of the smaller side. */
function poolRare(reference: readonly number[], live: readonly number[]): [number[], number[]] {
  const totals = [sum(reference), sum(live)] as const;
  const smaller = Math.min(...totals) / (totals[0] + totals[1]);
  const pooled: [number[], number[]] = [[0], [0]];
  for (const [i, count] of reference.entries()) {
    const other = live[i]!;
    if ((count + other) * smaller >= MIN_EXPECTED) {
      pooled[0].push(count);
      pooled[1].push(other);
    } else {
      pooled[0][0]! += count;
      pooled[1][0]! += other;
    }
  }
  return pooled;
}

function shares(counts: readonly number[]): number[] {
  const total = sum(counts);
  return counts.map((count) => (total === 0 ? 0 : count / total));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((a, b) => a + b, 0);
}
