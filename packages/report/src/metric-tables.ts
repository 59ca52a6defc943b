import type { Comparison, Interval, MetricComparison, MetricDocument, Verdict } from "@modelyard/evaluate";
import type { Block } from "./block.ts";
import { codeText, escapeText, REASON_LIMIT } from "./escape-markdown.ts";
import { decimalsFor, formatCount, formatDelta, formatNumber, formatWithInterval, plural } from "./format-number.ts";
import { changeWords, verdictWords } from "./verdict-words.ts";

/** Metrics of candidate and baseline side by side. */
export function metricsTable(comparison: Comparison): Block {
  const intervals = new Map(comparison.candidate.metrics.map((metric) => [metric.name, metric.interval]));
  return {
    kind: "table",
    header: ["Metric", "Candidate", "Baseline", "Difference", "Change"],
    align: "lrrrl",
    rows: comparison.metrics.map((metric) => [nameCell(metric), ...valueCells(metric, intervals.get(metric.name) ?? null)]),
  };
}

function nameCell(metric: MetricComparison): string {
  return `${escapeText(metric.name)} ${metric.direction === "higher" ? "↑" : "↓"}`;
}

function valueCells(
  metric: MetricComparison,
  interval: Interval | null,
  decimals = decimalsFor(metric.baseline, interval ?? metric.interval),
): string[] {
  const change =
    metric.change === "improved" || metric.change === "regressed" ? `**${changeWords(metric.change)}**` : changeWords(metric.change);
  return [
    interval === null ? formatNumber(metric.candidate, decimals) : formatWithInterval(metric.candidate, interval),
    formatNumber(metric.baseline, decimals),
    formatDelta(
      metric.delta,
      metric.interval,
      metric.interval === null ? decimals : Math.max(decimals, decimalsFor(metric.delta, metric.interval)),
    ),
    change,
  ];
}

/** The metrics of one document, where there is nothing to compare with. */
export function singleMetricsTable(document: MetricDocument): Block {
  return {
    kind: "table",
    header: ["Metric", "Value", "Examples"],
    align: "lrr",
    rows: document.metrics.map((m) => [
      `${escapeText(m.name)} ${m.direction === "higher" ? "↑" : "↓"}`,
      formatWithInterval(m.value, m.interval),
      formatCount(m.n),
    ]),
  };
}

const SEVERITY: Readonly<Record<Verdict, number>> = { fail: 0, error: 1, inconclusive: 2, pass: 3 };

/** Gates, the worst first: open while one does not pass, folded when all do. */
export function gatesBlock(comparison: Comparison): Block | undefined {
  if (comparison.gates.length === 0) return undefined;
  const gates = comparison.gates
    .map((gate, index) => ({ gate, index }))
    .sort((a, b) => SEVERITY[a.gate.verdict] - SEVERITY[b.gate.verdict] || a.index - b.index);
  const table: Block = {
    kind: "table",
    header: ["Gate", "Rule", "Verdict", "Why"],
    align: "llll",
    rows: gates.map(({ gate }) => [
      escapeText(gate.slice === null ? gate.metric : `${gate.metric} (${gate.slice})`),
      codeText(gate.rule),
      verdictWords(gate.verdict),
      escapeText(gate.reason, REASON_LIMIT),
    ]),
  };
  const passing = comparison.gates.filter((gate) => gate.verdict === "pass").length;
  const all = comparison.gates.length;
  const summary = `<b>Gates</b>: ${formatCount(passing)} of ${plural(all, "gate")} ${all === 1 ? "passes" : "pass"}`;
  return { kind: "details", summary, open: passing < comparison.gates.length, blocks: [table] };
}

const CHANGE_ORDER = { regressed: 0, inconclusive: 1, equivalent: 2, improved: 3 } as const;

interface SliceRow {
  readonly slice: string;
  readonly n: number;
  readonly metric: MetricComparison;
}

function gain(metric: MetricComparison): number {
  return metric.direction === "higher" ? metric.delta : -metric.delta;
}

/** Decimals of each metric in one table: those of its narrowest interval, so that its column lines up. */
function decimalsByMetric(rows: readonly SliceRow[]): Map<string, number> {
  const decimals = new Map<string, number>();
  for (const { metric } of rows)
    decimals.set(metric.name, Math.max(decimals.get(metric.name) ?? 0, decimalsFor(metric.baseline, metric.interval)));
  return decimals;
}

/** Slices, the worst first: the headline metric of each, and any other metric that regressed there. */
export function slicesBlock(comparison: Comparison): Block | undefined {
  const rows: SliceRow[] = comparison.slices.flatMap((slice) =>
    slice.metrics
      .filter((metric, index) => index === 0 || metric.change === "regressed")
      .map((metric) => ({ slice: slice.name, n: slice.n, metric })),
  );
  if (rows.length === 0) return undefined;
  rows.sort((a, b) => CHANGE_ORDER[a.metric.change] - CHANGE_ORDER[b.metric.change] || gain(a.metric) - gain(b.metric));
  const decimals = decimalsByMetric(rows);
  // One metric in all rows needs no column of its own.
  const single = rows.every((row) => row.metric.name === rows[0]?.metric.name) ? rows[0]?.metric.name : undefined;
  const counted = (change: keyof typeof CHANGE_ORDER) =>
    comparison.slices.filter((slice) => slice.metrics.some((metric) => metric.change === change)).length;
  return {
    kind: "details",
    summary: `<b>Slices</b>${single === undefined ? "" : ` by ${escapeText(single)}`}: ${plural(comparison.slices.length, "slice")}, ${counted("regressed")} with a regression, ${counted("improved")} with an improvement`,
    blocks: [
      {
        kind: "table",
        header: ["Slice", "Examples", ...(single === undefined ? ["Metric"] : []), "Candidate", "Baseline", "Difference", "Change"],
        align: single === undefined ? "lrlrrrl" : "lrrrrl",
        rows: rows.map((row) => [
          escapeText(row.slice),
          formatCount(row.n),
          ...(single === undefined ? [escapeText(row.metric.name)] : []),
          ...valueCells(row.metric, null, decimals.get(row.metric.name)),
        ]),
      },
    ],
  };
}

/** Slices of one document. */
export function singleSlicesBlock(document: MetricDocument): Block | undefined {
  const rows = document.slices.flatMap((slice) => {
    const metric = slice.metrics[0];
    return metric === undefined ? [] : [{ slice, metric }];
  });
  if (rows.length === 0) return undefined;
  rows.sort((a, b) => (a.metric.direction === "higher" ? a.metric.value - b.metric.value : b.metric.value - a.metric.value));
  return {
    kind: "details",
    summary: `<b>Slices</b>: ${plural(rows.length, "slice")}, the worst first`,
    blocks: [
      {
        kind: "table",
        header: ["Slice", "Examples", "Metric", "Value"],
        align: "lrlr",
        rows: rows.map(({ slice, metric }) => [
          escapeText(slice.name),
          formatCount(slice.n),
          escapeText(metric.name),
          formatWithInterval(metric.value, metric.interval),
        ]),
      },
    ],
  };
}
