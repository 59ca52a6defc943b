import { userError } from "@modelyard/base";
import type { Prediction } from "./document.ts";

const NAMED_IDS = 5;

/** What the two sides are called in messages. */
export interface PairNames {
  readonly first: string;
  readonly second: string;
}

const NAMES: PairNames = { first: "candidate", second: "baseline" };

/** The second side's predictions (the baseline's) in the order of the first (the candidate's). Throws EVALUATE_IDS_DUPLICATE, EVALUATE_IDS_DIFFER, EVALUATE_LABELS_DIFFER naming counts and some ids. */
export function pairExamples(candidate: readonly Prediction[], baseline: readonly Prediction[], names: PairNames = NAMES): Prediction[] {
  const theirs = byId(baseline, names.second);
  const ours = byId(candidate, names.first);
  const missing = candidate.filter((p) => !theirs.has(p.id)).map((p) => p.id);
  const extra = baseline.filter((p) => !ours.has(p.id)).map((p) => p.id);
  if (missing.length > 0 || extra.length > 0) throw idsDiffer(missing, extra, candidate.length, baseline.length, names);
  const paired = candidate.map((p) => theirs.get(p.id)!);
  const differing = candidate
    .filter((p, i) => p.label !== null && paired[i]!.label !== null && p.label !== paired[i]!.label)
    .map((p) => p.id);
  if (differing.length > 0) {
    throw userError(
      "EVALUATE_LABELS_DIFFER",
      `${differing.length} examples have another label in the ${names.second}: ${someOf(differing)}`,
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

function idsDiffer(
  missing: readonly string[],
  extra: readonly string[],
  firsts: number,
  seconds: number,
  { first, second }: PairNames,
): Error {
  const parts: string[] = [];
  if (missing.length > 0) parts.push(`${missing.length} of the ${first}'s ${firsts} are not in the ${second}: ${someOf(missing)}`);
  if (extra.length > 0) parts.push(`${extra.length} of the ${second}'s ${seconds} are not in the ${first}: ${someOf(extra)}`);
  return userError(
    "EVALUATE_IDS_DIFFER",
    `${first} and ${second} are of other examples; ids: ${parts.join("; ")}`,
    "use the same split of the same dataset version, and the same `id-column`, for both",
  );
}

function someOf(ids: readonly string[]): string {
  const shown = ids.slice(0, NAMED_IDS).map((id) => JSON.stringify(id.slice(0, 60)));
  return ids.length > NAMED_IDS ? `${shown.join(", ")}, ...` : shown.join(", ");
}
