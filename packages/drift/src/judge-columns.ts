import { holm } from "@modelyard/stats";
import { categoryDistance, type Distance, labelDistance, numericDistance } from "./column-distance.ts";
import type { ColumnDrift, ColumnProfile, Profile } from "./document.ts";
import type { ProfileBuilder } from "./profile-builder.ts";
import type { DriftThresholds } from "./thresholds.ts";

type Kind = ColumnDrift["kind"];

/** A column measured, or the reason why it could not be. */
type Measured =
  | { readonly kind: "measured"; readonly name: string; readonly column: Kind; readonly n: number; readonly distance: Distance }
  | { readonly kind: "insufficient"; readonly name: string; readonly column: Kind; readonly n: number; readonly reason: string };

/** Judges the named columns of a window and, where given, its predicted labels; Holm's correction spans all of them. */
export function judgeColumns(
  reference: Profile,
  live: ProfileBuilder,
  columns: readonly string[],
  predicted: ReadonlyMap<string, number> | undefined,
  thresholds: DriftThresholds,
): { readonly columns: ColumnDrift[]; readonly labels: ColumnDrift | null } {
  const measured = columns.map((name) => measureColumn(name, reference, live, thresholds.minRows));
  const label =
    predicted === undefined || reference.label === null ? undefined : measureLabels(reference.label, predicted, thresholds.minRows);
  const all = label === undefined ? measured : [...measured, label];
  const adjusted = holm(all.flatMap((entry) => (entry.kind === "measured" ? [entry.distance.p] : [])));
  let next = 0;
  const judged = all.map((entry) => (entry.kind === "measured" ? judge(entry, adjusted[next++]!, thresholds) : insufficient(entry)));
  return { columns: judged.slice(0, measured.length), labels: label === undefined ? null : judged.at(-1)! };
}

function measureColumn(name: string, reference: Profile, live: ProfileBuilder, minRows: number): Measured {
  const profile = reference.columns.find((column) => column.name === name);
  const summary = live.column(name);
  const column = profile?.kind ?? "numeric";
  const n = summary?.n ?? 0;
  const not = (reason: string): Measured => ({ kind: "insufficient", name, column, n, reason });
  if (profile === undefined) return not("the reference profile has no such column");
  if (summary === undefined || live.rows < minRows) return not(`${live.rows} rows in the window, ${minRows} needed`);
  if (profile.n + profile.missing < minRows) return not(`${profile.n} rows in the reference, ${minRows} needed`);
  const tooFew = profile.kind === "numeric" && (profile.n === 0 || summary.sortedNumbers().length === 0);
  if (tooFew) return not("no number to compare");
  return { kind: "measured", name, column, n, distance: measure(profile, summary, live.rows) };
}

function measure(profile: ColumnProfile, summary: NonNullable<ReturnType<ProfileBuilder["column"]>>, rows: number): Distance {
  return profile.kind === "numeric" ? numericDistance(profile, summary, rows) : categoryDistance(profile, summary, rows);
}

function measureLabels(label: NonNullable<Profile["label"]>, predicted: ReadonlyMap<string, number>, minRows: number): Measured {
  const n = [...predicted.values()].reduce((a, b) => a + b, 0);
  const known = label.classes.reduce((sum, [, count]) => sum + count, 0);
  const base = { name: label.column, column: "label" as const, n };
  if (n < minRows) return { kind: "insufficient", ...base, reason: `${n} predictions in the window, ${minRows} needed` };
  if (known < minRows) return { kind: "insufficient", ...base, reason: `${known} labels in the reference, ${minRows} needed` };
  return { kind: "measured", ...base, distance: labelDistance(label.classes, predicted) };
}

function insufficient({ name, column, n, reason }: Extract<Measured, { kind: "insufficient" }>): ColumnDrift {
  return { name, kind: column, n, psi: null, test: null, verdict: "insufficient", reason };
}

/** Drifted when all three agree: a large PSI, a large distance, and more than chance after the correction. */
function judge(
  { name, column, n, distance }: Extract<Measured, { kind: "measured" }>,
  adjusted: number,
  thresholds: DriftThresholds,
): ColumnDrift {
  const { psi, test, p } = distance;
  const far = test === "ks" ? "KS distance" : "Cramer's V";
  const checks: [boolean, string, string][] = [
    [psi >= thresholds.psi, `PSI ${round(psi)}`, String(thresholds.psi)],
    [distance.distance >= thresholds.distance, `${far} ${round(distance.distance)}`, String(thresholds.distance)],
    [adjusted <= thresholds.alpha, `p ${round(adjusted)} after Holm`, String(thresholds.alpha)],
  ];
  const failed = checks.find(([holds]) => !holds);
  const drifted = failed === undefined;
  const reason = drifted
    ? checks.map(([, found]) => found).join(", ")
    : `${failed[1]} ${failed === checks[2] ? "is above" : "is below"} ${failed[2]}`;
  return {
    name,
    kind: column,
    n,
    psi,
    test: { name: test, distance: distance.distance, p, threshold: thresholds.distance },
    verdict: drifted ? "drifted" : "stable",
    reason,
  };
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}
