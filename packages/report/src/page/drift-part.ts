import { escapeHtml } from "../escape-html.ts";
import { formatNumber } from "../format-number.ts";
import { type Bar, barChart } from "../svg/bar-chart.ts";
import { histogramPair } from "../svg/histogram-pair.ts";
import type { PageDrift } from "./demo-page.ts";
import { figure, verdictDot } from "./markup.ts";

const WIDTH = 504;
/** Columns drawn; the report of the run has them all. */
const MAX_COLUMNS = 14;
const MAX_HISTOGRAMS = 6;

/** A drift report: decision, PSI of each column against its threshold, and the distributions that moved most. */
export function driftPart(drift: PageDrift): string {
  const head = `<header class="rollout-head">${verdictDot(drift.verdict)}<div><h3>${escapeHtml(drift.title)}</h3><p>${escapeHtml(drift.decision)}</p></div></header>`;
  const histograms = drift.histograms.slice(0, MAX_HISTOGRAMS).map((one) =>
    figure(
      one.column,
      one.note,
      histogramPair({
        title: `Distribution of ${one.column}`,
        description: `Share of each bin in the training data and in live traffic: ${one.labels.join(", ")}.`,
        width: WIDTH,
        height: 210,
        labels: one.labels,
        reference: one.reference,
        current: one.current,
      }),
    ),
  );
  const first = drift.columns.length === 0 ? [] : [psiFigure(drift)];
  return `<article class="rollout">${head}<div class="pair">${[...first, ...histograms].join("")}</div></article>`;
}

function psiFigure(drift: PageDrift): string {
  const sorted = [...drift.columns].sort((a, b) => (b.psi ?? -1) - (a.psi ?? -1));
  const bars = sorted.slice(0, MAX_COLUMNS).map(
    (column): Bar => ({
      label: column.name,
      value: column.psi ?? 0,
      note: column.psi === null ? "not enough data" : `${formatNumber(column.psi, 2)}${column.verdict === "drifted" ? " drifted" : ""}`,
      state: column.verdict === "drifted" ? "bad" : column.verdict === "stable" ? "good" : "unknown",
    }),
  );
  const note =
    sorted.length > MAX_COLUMNS ? `the ${MAX_COLUMNS} largest of ${sorted.length} columns` : "population stability index of each column";
  return figure(
    "PSI",
    note,
    barChart({
      title: drift.title,
      description: drift.decision,
      width: WIDTH,
      bars,
      threshold: { value: drift.threshold, label: `threshold ${formatNumber(drift.threshold, 2)}` },
    }),
  );
}
