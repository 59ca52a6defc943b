import { resolve } from "node:path";
import { hasCode, isoTime, seededRandom } from "@modelyard/base";
import {
  type Comparison,
  classSlices,
  columnSlices,
  compare,
  type ExampleTable,
  exampleTable,
  headlineOf,
  type MetricDocument,
  metricDocument,
  parseSliceSpec,
  type SliceRows,
  type SliceSpec,
} from "@modelyard/evaluate";
import type { Yard } from "@modelyard/store";
import type { Context } from "./context.ts";
import { datasetOf, RESAMPLING_SEED, readBaseline } from "./evaluate/baseline.ts";
import { type Candidate, readCandidate, requireOneCandidate } from "./evaluate/candidate.ts";
import { gatesOf } from "./evaluate/gate-input.ts";
import type { EvaluateInputs, EvaluateOutputs } from "./evaluate/inputs.ts";
import { COMPARISON_FILE, METRICS_FILE, PREDICTIONS_FILE, refuseForeignFile, shownPath, writeWholeFile } from "./evaluate/result-files.ts";
import { packPredictions, storeEvaluation } from "./evaluate/stored-evaluation.ts";
import { tellComparison } from "./evaluate/tell.ts";
import { openContextYard } from "./open-yard.ts";

export type { EvaluateInputs, EvaluateOutputs } from "./evaluate/inputs.ts";

/**
 * Judges a model (or predictions made elsewhere) on a dataset split: metrics with intervals, slices, latency, and the comparison with a baseline on the same
 * examples. Writes the metric document, the comparison and the predictions; a gate that fails is an outcome, not an error.
 */
export async function evaluate(inputs: EvaluateInputs, context: Context): Promise<EvaluateOutputs> {
  requireOneCandidate(inputs);
  const yard = await openYardIfThere(inputs, context);
  const specs = (inputs.slices ?? []).map(parseSliceSpec);
  const candidate = await readCandidate(
    inputs,
    specs.map((spec) => spec.column),
    yard,
    context,
  );
  // Wrong gates are told before the baseline is scored.
  const gates = gatesOf(inputs, candidate.task);
  const table = exampleTable(candidate.predictions, { task: candidate.task, scoreLabels: candidate.labels });
  const slices = slicesOf(candidate, table, specs);
  warnOfManyValues(candidate, specs, slices, context);
  const packed = packPredictions(candidate.predictions, candidate.labels, context);
  const created = isoTime(context.clock);
  const { subject, latency, data, target } = candidate;
  const identity = {
    subject,
    dataset: data === undefined ? null : datasetOf(data),
    split: data?.split ?? null,
    latency,
    predictions: packed.ref,
    created,
  };
  const document = metricDocument(identity, table, slices, { random: seededRandom(RESAMPLING_SEED) });
  const baseline = await readBaseline(inputs, candidate, yard, context);
  const comparison = compare({ document, predictions: candidate.predictions }, baseline, {
    gates,
    slices,
    random: seededRandom(RESAMPLING_SEED),
    created,
  });
  if (!inputs.dryRun) {
    await writeResults(inputs.output, document, comparison, packed.bytes, context);
    if (data !== undefined && target !== undefined) await storeEvaluation(target, data, document, packed.bytes, context);
    else if (yard !== undefined) await yard.blobs.put(packed.bytes, { signal: context.signal });
  }
  await tellComparison(comparison, context);
  return outputsOf(inputs, comparison, context);
}

/** Predictions alone need no yard: then a missing one is no error. */
async function openYardIfThere(inputs: EvaluateInputs, context: Context): Promise<Yard | undefined> {
  try {
    return await openContextYard(inputs, context, { create: false });
  } catch (error) {
    const optional = inputs.predictions !== undefined && (hasCode(error, "YARD_MISSING") || hasCode(error, "YARD_WOULD_VANISH"));
    if (optional) return undefined;
    throw error;
  }
}

/** The label's classes first, then the asked columns. */
function slicesOf(candidate: Candidate, table: ExampleTable, specs: readonly SliceSpec[]): SliceRows[] {
  const others = specs.filter((spec) => spec.column !== candidate.labelColumn || table.task === "regression");
  return [
    ...classSlices(table, candidate.labelColumn),
    ...others.flatMap((spec) => columnSlices(spec, candidate.columns.get(spec.column) ?? [])),
  ];
}

/** Says which columns have more values than slices: the rarer ones are measured in the whole alone. */
function warnOfManyValues(candidate: Candidate, specs: readonly SliceSpec[], slices: readonly SliceRows[], context: Context): void {
  for (const { column } of specs) {
    const values = new Set(candidate.columns.get(column) ?? []).size;
    const measured = slices.filter(({ name }) => name.startsWith(`${column}=`)).length;
    if (measured > 0 && measured < values)
      context.log.warning(`slices: "${column}" has ${values} values; the ${measured} with the most examples are slices`);
  }
}

async function writeResults(
  output: string,
  document: MetricDocument,
  comparison: Comparison,
  predictions: Uint8Array,
  context: Context,
): Promise<void> {
  const directory = resolve(context.cwd, output);
  await refuseForeignFile(resolve(directory, METRICS_FILE), "metrics");
  await refuseForeignFile(resolve(directory, COMPARISON_FILE), "comparison");
  await writeWholeFile(resolve(directory, PREDICTIONS_FILE), predictions);
  await writeWholeFile(resolve(directory, METRICS_FILE), `${JSON.stringify(document, null, 1)}\n`);
  await writeWholeFile(resolve(directory, COMPARISON_FILE), `${JSON.stringify(comparison, null, 1)}\n`);
}

function outputsOf(inputs: EvaluateInputs, comparison: Comparison, context: Context): EvaluateOutputs {
  const values = headlineOf(comparison.candidate);
  const path = (name: string): string | undefined => (inputs.dryRun ? undefined : shownPath(inputs.output, name, context.cwd));
  return {
    metrics: path(METRICS_FILE),
    comparison: path(COMPARISON_FILE),
    predictionsPath: path(PREDICTIONS_FILE),
    verdict: comparison.verdict,
    passed: comparison.passed,
    examples: comparison.candidate.n,
    accuracy: values["accuracy"],
    balancedAccuracy: values["balanced-accuracy"],
    macroF1: values["macro-f1"],
    auc: values["auc"],
    logLoss: values["log-loss"],
    mae: values["mae"],
    rmse: values["rmse"],
    r2: values["r2"],
  };
}
