import { type Random, userError } from "@modelyard/base";
import { changeOf, DEFAULT_LEVEL, defaultMargin } from "./change.ts";
import type { Comparison, Metric, MetricComparison, MetricDocument, Prediction } from "./document.ts";
import { type ExampleTable, exampleTable, takeRows } from "./example-table.ts";
import { type Gate, type GateEvidence, judgeGates, worstVerdict } from "./gates.ts";
import { holmLevels } from "./holm-levels.ts";
import { pairExamples } from "./pair-examples.ts";
import { classDifferences, type PairedDifference, pairedDifferences } from "./paired-differences.ts";
import { drawsOfSlice } from "./resampling.ts";
import { MIN_SLICE } from "./slice-metrics.ts";
import type { SliceRows } from "./slice-plan.ts";
import { unpairedComparison } from "./unpaired.ts";

/** A metric document with the predictions it was made of. */
export interface Scored {
  readonly document: MetricDocument;
  readonly predictions: readonly Prediction[];
}

/** What the candidate is held against. `document`: only numbers are known, no predictions. */
export type Baseline =
  | ({ readonly kind: "predictions"; readonly reason: string } & Scored)
  | { readonly kind: "document"; readonly document: MetricDocument; readonly reason: string }
  | { readonly kind: "none"; readonly reason: string };

export interface CompareOptions {
  readonly gates: readonly Gate[];
  /** Slices of the candidate's examples, in its order. */
  readonly slices?: readonly SliceRows[] | undefined;
  readonly level?: number | undefined;
  readonly random: Random;
  /** RFC 3339 time of the comparison. */
  readonly created: string;
}

/**
 * Compares a candidate with its baseline and judges the gates. With predictions of both, differences are paired example by example, and the metrics that no gate
 * names and the slices of each metric are corrected by Holm's method; with a document alone they are unpaired. Throws EVALUATE_IDS_DIFFER and kin, EVALUATE_TASKS_DIFFER, EVALUATE_DATASETS_DIFFER.
 */
export function compare(candidate: Scored, baseline: Baseline, options: CompareOptions): Comparison {
  const { document } = candidate;
  if (baseline.kind !== "none") requireSameTask(document, baseline.document);
  const found = comparisonsOf(candidate, baseline, options);
  const evidence: GateEvidence = {
    overall: { n: document.n, metrics: document.metrics, comparisons: found.metrics },
    slices: document.slices.map((slice) => ({
      ...slice,
      comparisons: found.slices.find(({ name }) => name === slice.name)?.metrics ?? [],
    })),
    noBaseline: baseline.kind === "none" ? baseline.reason : undefined,
  };
  const gates = judgeGates(options.gates, evidence);
  const verdict = worstVerdict(gates.map((gate) => gate.verdict));
  return {
    format: 1,
    kind: "comparison",
    candidate: document,
    baseline: baseline.kind === "none" ? null : baseline.document,
    baselineReason: baseline.reason,
    n: document.n,
    ...found,
    gates,
    verdict,
    passed: verdict === "pass",
    created: options.created,
  };
}

/** `compare` of two metric documents whose predictions are not at hand: unpaired, so less sure of the same difference. */
export function compareDocuments(
  candidate: MetricDocument,
  baseline: MetricDocument,
  options: CompareOptions & { readonly reason: string },
): Comparison {
  return compare({ document: candidate, predictions: [] }, { kind: "document", document: baseline, reason: options.reason }, options);
}

type Found = Pick<Comparison, "metrics" | "slices">;

function comparisonsOf(candidate: Scored, baseline: Baseline, options: CompareOptions): Found {
  switch (baseline.kind) {
    case "none":
      return { metrics: [], slices: [] };
    case "document":
      return unpairedComparison(candidate.document, baseline.document, (name) => marginOf(options.gates, name, undefined));
    case "predictions":
      return compareOnExamples(candidate, baseline, options);
  }
}

/** Paired comparison of all metrics, overall and in each slice of at least `MIN_SLICE` examples. */
export function compareOnExamples(candidate: Scored, baseline: Scored, options: Omit<CompareOptions, "created">): Found {
  const level = options.level ?? DEFAULT_LEVEL;
  const paired = pairExamples(candidate.predictions, baseline.predictions);
  const [a, b] = sharedTables(candidate, { ...baseline, predictions: paired });
  const differences = pairedDifferences(a, b, options.random);
  const overall = metricLevels(differences, options.gates, level);
  const metrics = differences.map((difference, k) =>
    comparisonOf(difference, overall[k]!, marginOf(options.gates, difference.name, undefined)),
  );
  const measured = (options.slices ?? []).filter((slice) => slice.rows.length >= MIN_SLICE);
  const draws = drawsOfSlice(measured.length);
  const slices = measured.map((slice) => ({ slice, differences: sliceDifferences(a, b, slice, options.random, draws) }));
  const levels = sliceLevels(
    slices.map((entry) => entry.differences),
    options.gates,
    level,
  );
  return {
    metrics,
    slices: slices.map(({ slice, differences }, i) => ({
      name: slice.name,
      n: slice.rows.length,
      metrics: differences.map((difference, k) =>
        comparisonOf(difference, levels[i]![k]!, marginOf(options.gates, difference.name, slice.name)),
      ),
    })),
  };
}

function sharedTables(candidate: Scored, baseline: Scored): [ExampleTable, ExampleTable] {
  const classes = new Set<string>();
  for (const { document, predictions } of [candidate, baseline]) {
    for (const label of document.predictions.labels ?? []) classes.add(label);
    for (const { label, prediction } of predictions) {
      if (label !== null) classes.add(label);
      classes.add(prediction);
    }
  }
  const table = ({ document, predictions }: Scored): ExampleTable =>
    exampleTable(predictions, { task: document.task, scoreLabels: document.predictions.labels, classes });
  return [table(candidate), table(baseline)];
}

function sliceDifferences(a: ExampleTable, b: ExampleTable, slice: SliceRows, random: Random, draws: number): PairedDifference[] {
  const [ours, theirs] = [takeRows(a, slice.rows), takeRows(b, slice.rows)];
  if (slice.byClass && ours.task === "classification" && theirs.task === "classification") return classDifferences(ours, theirs);
  return pairedDifferences(ours, theirs, random, draws);
}

/** Levels per metric: as given for those that a gate names, chosen beforehand; Holm over the others, of which one would else often change by chance. */
function metricLevels(differences: readonly PairedDifference[], gates: readonly Gate[], level: number): number[] {
  const named = new Set(gates.filter((gate) => gate.slice === undefined).map((gate) => gate.metric));
  const others = differences.filter(({ name }) => !named.has(name));
  const adjusted = holmLevels(
    others.map(({ p }) => p),
    level,
  );
  return differences.map((difference) => (named.has(difference.name) ? level : adjusted[others.indexOf(difference)]!));
}

/** Levels per slice and metric: Holm over the slices of each metric that a gate names, and over all slices of all the others together. */
function sliceLevels(slices: readonly (readonly PairedDifference[])[], gates: readonly Gate[], level: number): number[][] {
  const levels = slices.map((differences) => differences.map(() => level));
  const named = new Set(gates.map((gate) => gate.metric));
  const families = new Map<string | null, { slice: number; k: number; p: number }[]>();
  for (const [slice, differences] of slices.entries()) {
    for (const [k, { name, p }] of differences.entries()) {
      const key = named.has(name) ? name : null;
      const family = families.get(key) ?? [];
      family.push({ slice, k, p });
      families.set(key, family);
    }
  }
  for (const family of families.values()) {
    const adjusted = holmLevels(
      family.map(({ p }) => p),
      level,
    );
    for (const [i, { slice, k }] of family.entries()) levels[slice]![k] = adjusted[i]!;
  }
  return levels;
}

function comparisonOf(difference: PairedDifference, level: number, given: number | undefined): MetricComparison {
  const { name, direction, candidate, baseline, n } = difference;
  const margin = given ?? defaultMargin(name, baseline);
  const interval = difference.interval(level);
  return {
    name,
    direction,
    candidate,
    baseline,
    delta: candidate - baseline,
    interval,
    margin,
    change: changeOf(interval, direction, margin),
    n,
  };
}

/** Margin that a gate of this metric (of this slice, else of all examples) gives; undefined for the default. */
function marginOf(gates: readonly Gate[], metric: Metric["name"], slice: string | undefined): number | undefined {
  const own = gates.filter((gate) => gate.metric === metric && gate.require !== "improved" && gate.margin !== undefined);
  return (own.find((gate) => gate.slice === slice) ?? own.find((gate) => gate.slice === undefined))?.margin;
}

function requireSameTask(candidate: MetricDocument, baseline: MetricDocument): void {
  if (candidate.task === baseline.task) return;
  throw userError(
    "EVALUATE_TASKS_DIFFER",
    `the candidate is a ${candidate.task}, the baseline a ${baseline.task}`,
    "choose a baseline of the same task, or baseline: none",
  );
}
