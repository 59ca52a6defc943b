import type { ColumnDrift, DriftReport } from "@modelyard/drift";
import type { Block } from "./block.ts";
import { codeElement, escapeText, REASON_LIMIT } from "./escape-markdown.ts";
import type { Section } from "./fit-comment.ts";
import { formatCount, formatNumber, plural } from "./format-number.ts";

/** Drifted columns shown at once: a screenful; the others are folded. */
const SHOWN_COLUMNS = 15;
const ORDER = { drifted: 0, insufficient: 1, stable: 2 } as const;

/** Columns that drifted, then the others folded. */
export function columnsBlocks(columns: readonly ColumnDrift[]): Block[] {
  const sorted = [...columns].sort((a, b) => ORDER[a.verdict] - ORDER[b.verdict] || (b.psi ?? 0) - (a.psi ?? 0));
  const drifted = sorted.filter((column) => column.verdict === "drifted");
  const rest = sorted.filter((column) => column.verdict !== "drifted");
  const worst = drifted.slice(0, SHOWN_COLUMNS);
  const others = drifted.slice(SHOWN_COLUMNS);
  const blocks: Block[] = worst.length === 0 ? [] : [columnsTable(worst)];
  if (others.length > 0)
    blocks.push({ kind: "details", summary: `<b>${formatCount(others.length)} more drifted</b>`, blocks: [columnsTable(others)] });
  if (rest.length > 0)
    blocks.push({ kind: "details", summary: `<b>${plural(rest.length, "other column")}</b>`, blocks: [columnsTable(rest)] });
  return blocks;
}

const VERDICT_WORDS = { drifted: "▲ drifted", stable: "● stable", insufficient: "○ not enough data" } as const;

function columnsTable(columns: readonly ColumnDrift[]): Block {
  return {
    kind: "table",
    header: ["Column", "Kind", "Rows", "PSI", "Test", "Verdict", "Why"],
    align: "llrrlll",
    rows: columns.map((column) => [
      escapeText(column.name),
      column.kind,
      formatCount(column.n),
      column.psi === null ? "–" : formatNumber(column.psi, 3),
      column.test === null
        ? "–"
        : `${column.test.name === "ks" ? "KS" : "χ²"} ${formatNumber(column.test.distance, 3)}, p ${pValue(column.test.p)}`,
      VERDICT_WORDS[column.verdict],
      escapeText(column.reason, REASON_LIMIT),
    ]),
  };
}

function pValue(p: number): string {
  return p < 0.0001 ? "&lt; 0.0001" : formatNumber(p, 4);
}

const WORDS = { drifted: "⚠️ drifted", stable: "✅ stable", insufficient: "○ not enough data" } as const;

/** A drift report inside another report, folded: whether the live traffic of the compared model still looks like its training data. */
export function driftSection(report: DriftReport): Section {
  const judged = [...(report.labels === null ? [] : [report.labels]), ...report.columns];
  const moved = judged.filter((column) => column.verdict === "drifted").length;
  const summary = `<b>Drift</b> of ${codeElement(`${report.model}@${report.version}`)}: ${WORDS[report.verdict]}, ${formatCount(moved)} of ${plural(judged.length, "column")}`;
  return { priority: 60, blocks: [{ kind: "details", summary, blocks: columnsBlocks(judged) }] };
}
