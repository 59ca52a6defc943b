import { userError } from "@modelyard/base";
import type { Prediction } from "./document.ts";

const NAMED_IDS = 5;

/** The baseline's predictions in the candidate's order. Throws EVALUATE_IDS_DUPLICATE, EVALUATE_IDS_DIFFER, EVALUATE_LABELS_DIFFER naming counts and some ids. */
export function pairExamples(candidate: readonly Prediction[], baseline: readonly Prediction[]): Prediction[] {
  const theirs = byId(baseline, "baseline");
  const ours = byId(candidate, "candidate");
  const missing = candidate.filter((p) => !theirs.has(p.id)).map((p) => p.id);
  const extra = baseline.filter((p) => !ours.has(p.id)).map((p) => p.id);
  if (missing.length > 0 || extra.length > 0) throw idsDiffer(missing, extra, candidate.length, baseline.length);
  const paired = candidate.map((p) => theirs.get(p.id)!);
  const differing = candidate
    .filter((p, i) => p.label !== null && paired[i]!.label !== null && p.label !== paired[i]!.label)
    .map((p) => p.id);
  if (differing.length > 0) {
    throw userError(
      "EVALUATE_LABELS_DIFFER",
      `${differing.length} examples have another label in the baseline: ${someOf(differing)}`,
      "score both on the same dataset version",
    );
  }
  return paired.map((p, i) => ({ ...p, label: candidate[i]!.label ?? p.label }));
}

function byId(predictions: readonly Prediction[], which: string): Map<string, Prediction> {
  const map = new Map(predictions.map((p) => [p.id, p]));
  if (map.size === predictions.length) return map;
  const seen = new Set<string>();
  const twice = predictions.filter((p) => seen.size === seen.add(p.id).size).map((p) => p.id);
  throw userError(
    "EVALUATE_IDS_DUPLICATE",
    `the ${which}'s predictions hold ${twice.length} ids more than once: ${someOf(twice)}`,
    "give each example one id, one line",
  );
}

function idsDiffer(missing: readonly string[], extra: readonly string[], candidates: number, baselines: number): Error {
  const parts: string[] = [];
  if (missing.length > 0) parts.push(`${missing.length} of the candidate's ${candidates} are not in the baseline: ${someOf(missing)}`);
  if (extra.length > 0) parts.push(`${extra.length} of the baseline's ${baselines} are not in the candidate: ${someOf(extra)}`);
  return userError(
    "EVALUATE_IDS_DIFFER",
    `the predictions are of other examples; ids: ${parts.join("; ")}`,
    "score candidate and baseline on the same split of the same dataset version, with the same `id-column`",
  );
}

function someOf(ids: readonly string[]): string {
  const shown = ids.slice(0, NAMED_IDS).map((id) => JSON.stringify(id.slice(0, 60)));
  return ids.length > NAMED_IDS ? `${shown.join(", ")}, ...` : shown.join(", ");
}
