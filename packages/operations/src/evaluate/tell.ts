import type { Comparison, MetricDocument } from "@modelyard/evaluate";
import { escapeText, plural, REASON_LIMIT } from "@modelyard/report";
import type { Context } from "../context.ts";
import { headlineMetric } from "./gate-input.ts";

/** Gates in the summary of this step; that of `report` has them all. */
const MAX_SUMMARY_GATES = 10;

/** Says what came of an evaluation: each gate in the log, one notice, and a short job summary. */
export async function tellComparison(comparison: Comparison, context: Context): Promise<void> {
  const { candidate, baseline } = comparison;
  const metric = candidate.metrics.find(({ name }) => name === headlineMetric(candidate.task))!;
  const what = `${nameOf(candidate)}: ${metric.name} ${round(metric.value)}${metric.interval === null ? "" : ` (${round(metric.interval.low)} to ${round(metric.interval.high)})`} on ${plural(candidate.n, "example")}`;
  const change = comparison.metrics.find(({ name }) => name === metric.name);
  const against =
    baseline === null || change === undefined
      ? `no baseline: ${comparison.baselineReason}`
      : `${nameOf(baseline)} ${round(change.baseline)}, ${change.change}`;
  const gates = comparison.gates.map(
    (gate) => `${gate.metric}${gate.slice === null ? "" : ` (${gate.slice})`} ${gate.rule}: ${gate.reason}`,
  );
  for (const [i, gate] of gates.entries()) context.log.info(`${comparison.gates[i]!.verdict}: ${gate}`);
  context.log.notice(`${what}; ${against}; verdict ${comparison.verdict}`);
  const rows = candidate.metrics.map(
    ({ name, value, interval }) =>
      `| ${name} | ${round(value)} | ${interval === null ? "" : `${round(interval.low)} to ${round(interval.high)}`} |`,
  );
  const why = gates.slice(0, MAX_SUMMARY_GATES).map((gate, i) => `- ${comparison.gates[i]!.verdict}: ${escapeText(gate, REASON_LIMIT)}`);
  await context.summary(
    `### Evaluation: ${comparison.verdict}\n\n${escapeText(`${what}; ${against}`, REASON_LIMIT)}\n\n${why.join("\n")}\n\n| metric | value | interval |\n| --- | ---: | --- |\n${rows.join("\n")}\n`,
  );
}

function nameOf({ subject, predictions }: MetricDocument): string {
  if (subject.name === null)
    return `${subject.digest === predictions.digest ? "the predictions" : "the model"} ${subject.digest.slice(7, 19)}`;
  return `${subject.name}@${subject.version ?? subject.run ?? subject.digest.slice(7, 19)}`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(4)));
}
