import type { Comparison, GateResult, MetricComparison, MetricDocument } from "@modelyard/evaluate";
import type { Block } from "./block.ts";
import { confusionBlock } from "./confusion-block.ts";
import { codeText, escapeText, REASON_LIMIT } from "./escape-markdown.ts";
import type { Section } from "./fit-comment.ts";
import { decimalsFor, formatCount, formatDelta, formatNumber, formatSigned, formatWithInterval, plural } from "./format-number.ts";
import { identityBlock } from "./identity-block.ts";
import { type ChartBar, MAX_BARS, mermaidBars, mermaidLineage } from "./mermaid.ts";
import { gatesBlock, metricsTable, singleMetricsTable, singleSlicesBlock, slicesBlock } from "./metric-tables.ts";
import { assembleReport, type RenderedReport, type ReportContent, type ReportOptions } from "./rendered-report.ts";
import { subjectName } from "./subject-text.ts";

/** Reasons in the box at the top; the gates table has them all. */
const MAX_REASONS = 5;

/** The report of a comparison: verdict first, then metrics, gates, slices, chart, confusion, identity and lineage. */
export function renderComparison(comparison: Comparison, options: ReportOptions): RenderedReport {
  return assembleReport(
    comparison.baseline === null ? withoutBaseline(comparison) : against(comparison, comparison.baseline, options),
    withLineage(options, comparison),
  );
}

/** The report of one metric document that nothing is compared with; its verdict is a pass. */
export function renderMetrics(document: MetricDocument, options: ReportOptions): RenderedReport {
  const content: ReportContent = {
    title: `Metrics of ${subjectName(document)}`,
    verdict: "pass",
    ...headlineOfDocument(document),
    reasons: [],
    sections: documentSections(document, options),
  };
  return assembleReport(content, options);
}

function withLineage(options: ReportOptions, comparison: Comparison): ReportOptions {
  return comparison.baseline === null
    ? { ...options, extra: [...documentSections(comparison.candidate, options), ...(options.extra ?? [])] }
    : options;
}

function against(comparison: Comparison, baseline: MetricDocument, options: ReportOptions): ReportContent {
  const sections: Section[] = [
    section(100, metricsTable(comparison)),
    section(90, gatesBlock(comparison)),
    section(70, slicesBlock(comparison)),
    section(40, folded("Chart", comparisonChart(comparison))),
    section(50, confusionBlock(comparison.candidate)),
    section(80, identityBlock(comparison.candidate, baseline, options.repositoryUrl)),
    section(30, folded("Lineage", options.lineage === undefined ? undefined : mermaidLineage(options.lineage))),
  ];
  return {
    title: `${subjectName(comparison.candidate)} against ${subjectName(baseline)}`,
    verdict: comparison.verdict,
    ...headlineOfComparison(comparison, baseline),
    reasons: gateReasons(comparison),
    note: `baseline: ${escapeText(comparison.baselineReason, REASON_LIMIT)}`,
    sections,
  };
}

function withoutBaseline(comparison: Comparison): ReportContent {
  const { headline, plain } = headlineOfDocument(comparison.candidate);
  const why = comparison.baselineReason === "" ? "there is nothing to compare with" : comparison.baselineReason;
  return {
    title: `Metrics of ${subjectName(comparison.candidate)}`,
    verdict: comparison.verdict,
    headline: `${headline} No baseline: ${escapeText(why, REASON_LIMIT)}.`,
    plain: `${plain} (no baseline)`,
    reasons: gateReasons(comparison),
    sections: [section(90, gatesBlock(comparison))],
  };
}

function documentSections(document: MetricDocument, options: ReportOptions): Section[] {
  return [
    section(100, singleMetricsTable(document)),
    section(70, singleSlicesBlock(document)),
    section(50, confusionBlock(document)),
    section(80, identityBlock(document, null, options.repositoryUrl)),
    section(30, folded("Lineage", options.lineage === undefined ? undefined : mermaidLineage(options.lineage))),
  ];
}

function section(priority: number, block: Block | undefined): Section {
  return { priority, blocks: block === undefined ? [] : [block] };
}

function folded(name: string, block: Block | undefined): Block | undefined {
  return block === undefined ? undefined : { kind: "details", summary: `<b>${name}</b>`, blocks: [block] };
}

/** The metric that the verdict is about: that of the gate which decided it, else of the first gate over all examples, else the first. */
function leadMetric({ gates, metrics, verdict }: Comparison): MetricComparison | undefined {
  const overall = gates.filter((gate) => gate.slice === null);
  const gate = overall.find((one) => one.verdict === verdict) ?? overall[0];
  return metrics.find((metric) => metric.name === gate?.metric) ?? metrics[0];
}

function headlineOfComparison(comparison: Comparison, baseline: MetricDocument): { headline: string; plain: string } {
  const lead = leadMetric(comparison);
  const against = subjectName(baseline);
  const before = elsewhere(comparison, lead);
  if (lead === undefined)
    return { headline: `${before}no metric is shared with ${codeText(against)}.`, plain: `${before}no shared metric` };
  const own = comparison.candidate.metrics.find((metric) => metric.name === lead.name)?.interval ?? lead.interval;
  const value = formatNumber(lead.candidate, decimalsFor(lead.candidate, own));
  const change = formatSigned(lead.delta, decimalsFor(lead.delta, lead.interval));
  return {
    headline: `${escapeText(before, REASON_LIMIT)}${before === "" ? "" : " "}${escapeText(lead.name)} ${value} ${phrase(lead)} against ${codeText(against)}: ${formatDelta(lead.delta, lead.interval)} on ${plural(lead.n, "shared example")}.`,
    plain: `${before}${lead.name} ${value} (${change} against ${against})`,
  };
}

/** Said before the headline when what decided the verdict is not its metric over all examples: a slice, or a gate without a comparison. */
function elsewhere({ gates, verdict }: Comparison, lead: MetricComparison | undefined): string {
  const decided = gates.filter((gate) => gate.verdict === verdict);
  const first = decided[0];
  if (verdict === "pass" || first === undefined || decided.some((gate) => gate.slice === null && gate.metric === lead?.name)) return "";
  const more = decided.length > 1 ? ` and ${plural(decided.length - 1, "more gate")}` : "";
  return `${gateName(first)}${more}; over all examples `;
}

function gateName(gate: GateResult): string {
  return gate.slice === null ? gate.metric : `${gate.metric} (${gate.slice})`;
}

function phrase(metric: MetricComparison): string {
  switch (metric.change) {
    case "improved":
      return "has **improved**";
    case "regressed":
      return "has **regressed**";
    case "equivalent":
      return "is **equivalent**";
    case "inconclusive":
      return "shows **no clear change**";
  }
}

function headlineOfDocument(document: MetricDocument): { headline: string; plain: string } {
  const first = document.metrics[0];
  if (first === undefined) return { headline: "the document has no metric.", plain: "no metric" };
  return {
    headline: `${escapeText(first.name)} ${formatWithInterval(first.value, first.interval)} on ${plural(first.n, "example")}.`,
    plain: `${first.name} ${formatNumber(first.value, decimalsFor(first.value, first.interval))} on ${formatCount(first.n)}`,
  };
}

function gateReasons(comparison: Comparison): string[] {
  const open = comparison.gates.filter((gate) => gate.verdict !== "pass");
  open.sort((a, b) => Number(b.verdict === "fail") - Number(a.verdict === "fail"));
  const lines = open
    .slice(0, MAX_REASONS)
    .map((gate) => `**${escapeText(gateName(gate))}** ${codeText(gate.rule)} ${gate.verdict}: ${escapeText(gate.reason, REASON_LIMIT)}`);
  if (open.length > MAX_REASONS)
    lines.push(`and ${plural(open.length - MAX_REASONS, "more gate")} that ${open.length - MAX_REASONS === 1 ? "does" : "do"} not pass`);
  return lines;
}

/** Slices by the headline metric where there are some (the worst of many), else the metrics between 0 and 1. */
function comparisonChart(comparison: Comparison): Block | undefined {
  const headline = comparison.metrics[0];
  if (headline === undefined) return undefined;
  const inUnit = (metric: MetricComparison) =>
    Math.min(metric.candidate, metric.baseline) >= 0 && Math.max(metric.candidate, metric.baseline) <= 1;
  const bySlice: ChartBar[] = comparison.slices.flatMap((slice) =>
    slice.metrics
      .filter((metric) => metric.name === headline.name && inUnit(metric))
      .map((metric) => ({ label: slice.name, candidate: metric.candidate, baseline: metric.baseline })),
  );
  const what = "bars candidate, line baseline";
  if (bySlice.length > MAX_BARS) {
    const sign = headline.direction === "higher" ? 1 : -1;
    const gainOf = (bar: ChartBar): number => sign * (bar.candidate - (bar.baseline ?? bar.candidate));
    const worst = [...bySlice].sort((a, b) => gainOf(a) - gainOf(b)).slice(0, MAX_BARS);
    return mermaidBars(`${headline.name}, ${MAX_BARS} of ${bySlice.length} slices from the largest loss, ${what}`, headline.name, worst);
  }
  if (bySlice.length > 1) return mermaidBars(`${headline.name} by slice, ${what}`, headline.name, bySlice);
  const byMetric = comparison.metrics
    .filter((metric) => metric.direction === "higher" && inUnit(metric))
    .map((metric) => ({ label: metric.name, candidate: metric.candidate, baseline: metric.baseline }));
  return mermaidBars(`metrics, ${what}`, "value", byMetric);
}
