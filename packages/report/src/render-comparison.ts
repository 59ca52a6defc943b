import type { Comparison, MetricComparison, MetricDocument } from "@modelyard/evaluate";
import type { Block } from "./block.ts";
import { confusionBlock } from "./confusion-block.ts";
import { codeText, escapeText, REASON_LIMIT } from "./escape-markdown.ts";
import type { Section } from "./fit-comment.ts";
import { formatCount, formatDelta, formatNumber, formatSigned, formatWithInterval, plural } from "./format-number.ts";
import { identityBlock } from "./identity-block.ts";
import { type ChartBar, mermaidBars, mermaidLineage } from "./mermaid.ts";
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

function headlineOfComparison(comparison: Comparison, baseline: MetricDocument): { headline: string; plain: string } {
  const first = comparison.metrics[0];
  const against = subjectName(baseline);
  if (first === undefined) return { headline: `no metric is shared with ${codeText(against)}.`, plain: "no shared metric" };
  const change = phrase(first);
  const value = formatNumber(first.candidate, 3);
  return {
    headline: `${escapeText(first.name)} ${value} ${change} against ${codeText(against)}: ${formatDelta(first.delta, first.interval)} on ${plural(first.n, "shared example")}.`,
    plain: `${first.name} ${value} (${formatSigned(first.delta, 3)} against ${against})`,
  };
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
    plain: `${first.name} ${formatNumber(first.value, 3)} on ${formatCount(first.n)}`,
  };
}

function gateReasons(comparison: Comparison): string[] {
  const open = comparison.gates.filter((gate) => gate.verdict !== "pass");
  open.sort((a, b) => Number(b.verdict === "fail") - Number(a.verdict === "fail"));
  const lines = open.slice(0, MAX_REASONS).map((gate) => {
    const name = gate.slice === null ? gate.metric : `${gate.metric} (${gate.slice})`;
    return `**${escapeText(name)}** ${gate.verdict}: ${escapeText(gate.reason, REASON_LIMIT)}`;
  });
  if (open.length > MAX_REASONS)
    lines.push(`and ${plural(open.length - MAX_REASONS, "more gate")} that ${open.length - MAX_REASONS === 1 ? "does" : "do"} not pass`);
  return lines;
}

/** Slices by the headline metric where there are some, else the metrics between 0 and 1. */
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
  const byMetric = comparison.metrics
    .filter((metric) => metric.direction === "higher" && inUnit(metric))
    .map((metric) => ({ label: metric.name, candidate: metric.candidate, baseline: metric.baseline }));
  return bySlice.length > 1
    ? mermaidBars(`${headline.name} by slice, bars candidate, line baseline`, headline.name, bySlice)
    : mermaidBars("metrics, bars candidate, line baseline", "value", byMetric);
}
