import type { ColumnDrift, DriftReport } from "@modelyard/drift";
import type { Block } from "./block.ts";
import { cutText } from "./cut-text.ts";
import { codeText, escapeText, linkText, REASON_LIMIT } from "./escape-markdown.ts";
import { COMMENT_LIMIT, fitComment, SUMMARY_LIMIT } from "./fit-comment.ts";
import { formatCount, formatNumber, plural } from "./format-number.ts";
import { markerOf } from "./marker.ts";
import { visibleText } from "./visible-text.ts";

export interface DriftOptions {
  readonly runUrl?: string | undefined;
}

/** GitHub's limit of an issue title is 256 characters. */
const TITLE_LIMIT = 200;

/** Title of the one issue of a model: plain text, the same while the problem is. */
export function driftIssueTitle(report: Pick<DriftReport, "model">): string {
  return cutText(visibleText(`Drift: live traffic of ${report.model} no longer looks like its training data`), TITLE_LIMIT);
}

/** Marker of that issue. */
export function driftMarker(model: string): string {
  return markerOf("drift", model);
}

/** Body of the drift issue: verdict, what follows, the columns that moved (worst first), the window. */
export function renderDriftIssue(report: DriftReport, options: DriftOptions = {}): string {
  return driftDocument(report, options, `${driftMarker(report.model)}\n`, COMMENT_LIMIT);
}

/** The same for the job summary. */
export function renderDriftSummary(report: DriftReport, options: DriftOptions = {}): string {
  return driftDocument(report, options, "", SUMMARY_LIMIT);
}

/** Comment that closes the issue: the window in which the columns were stable again. */
export function renderDriftHealed(report: DriftReport, options: DriftOptions = {}): string {
  const window = `${time(report.window.from)} to ${time(report.window.to)}`;
  const lines = [
    `✅ **Healed**: in the window ${window} (${plural(report.window.rows, "row")}) no column of ${codeText(`${report.model}@${report.version}`)} drifted from ${codeText(`${report.reference.dataset}@${report.reference.version}`)}.`,
  ];
  if (options.runUrl !== undefined) lines.push(`Judged in the ${linkText("workflow run", options.runUrl)}.`);
  return `${lines.join("\n\n")}\n`;
}

const HEADLINES = {
  drifted: ["> [!WARNING]", "⚠️ **Drifted**"],
  stable: ["> [!TIP]", "✅ **Stable**"],
  insufficient: ["> [!NOTE]", "○ **Not enough data**"],
} as const;

function driftDocument(report: DriftReport, options: DriftOptions, marker: string, limit: number): string {
  const [alert, word] = HEADLINES[report.verdict];
  const judged = [...(report.labels === null ? [] : [report.labels]), ...report.columns];
  const moved = judged.filter((column) => column.verdict === "drifted").length;
  const retrain = report.retrain ? "Retraining is due." : "No retraining is due.";
  const box = [
    alert,
    `> ${word}: ${formatCount(moved)} of ${plural(judged.length, "column")} moved away from the training data. ${retrain}`,
  ];
  if (report.reasons.length > 0) box.push(">", ...report.reasons.slice(0, 8).map((reason) => `> - ${escapeText(reason, REASON_LIMIT)}`));
  const run = options.runUrl === undefined ? "" : ` · ${linkText("workflow run", options.runUrl)}`;
  const frame = {
    head: `${marker}### Drift of ${codeText(`${report.model}@${report.version}`)}\n\n${box.join("\n")}`,
    foot: `<sub>Modelyard monitor${run}</sub>`,
    cutNote: "> [!NOTE]\n> Columns were left out to fit GitHub's limit; the drift report of the workflow run has them all.",
  };
  return fitComment(
    frame,
    [
      { priority: 2, blocks: [windowTable(report)] },
      { priority: 1, blocks: columnsBlocks(judged) },
    ],
    limit,
  );
}

function windowTable(report: DriftReport): Block {
  const { window, reference } = report;
  return {
    kind: "table",
    header: ["", "Rows", "From"],
    align: "lrl",
    rows: [
      [
        "Live window",
        formatCount(window.rows),
        `${time(window.from)} to ${time(window.to)}, ${plural(window.requests, "request")}, ${plural(window.errors, "error")}`,
      ],
      ["Reference", formatCount(reference.rows), codeText(`${reference.dataset}@${reference.version}`)],
    ],
  };
}

const ORDER = { drifted: 0, insufficient: 1, stable: 2 } as const;

function columnsBlocks(columns: readonly ColumnDrift[]): Block[] {
  const sorted = [...columns].sort((a, b) => ORDER[a.verdict] - ORDER[b.verdict] || (b.psi ?? 0) - (a.psi ?? 0));
  const drifted = sorted.filter((column) => column.verdict === "drifted");
  const rest = sorted.filter((column) => column.verdict !== "drifted");
  const blocks: Block[] = drifted.length === 0 ? [] : [columnsTable(drifted)];
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

/** RFC 3339 time to the minute, in UTC; anything else is escaped as it is. */
function time(text: string): string {
  const [, day, minute] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):\d{2}/.exec(text) ?? [];
  return day === undefined ? escapeText(text) : `${day} ${minute} UTC`;
}
