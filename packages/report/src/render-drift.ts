import type { DriftReport } from "@modelyard/drift";
import type { Block } from "./block.ts";
import { cutText } from "./cut-text.ts";
import { columnsBlocks } from "./drift-section.ts";
import { codeText, escapeText, linkText, REASON_LIMIT } from "./escape-markdown.ts";
import { COMMENT_LIMIT, fitComment, SUMMARY_LIMIT } from "./fit-comment.ts";
import { formatCount, plural } from "./format-number.ts";
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

/** Columns named in the closing comment; the drift report has them all. */
const NAMED_MOVED = 5;

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

/** Comment that closes the issue: the window that is stable again, and the single columns that still differ. */
export function renderDriftHealed(report: DriftReport, options: DriftOptions = {}): string {
  const window = `${time(report.window.from)} to ${time(report.window.to)}`;
  const moved = report.columns.filter((column) => column.verdict === "drifted");
  const still =
    moved.length === 0
      ? ""
      : ` ${plural(moved.length, "column")} of ${formatCount(report.columns.length)} still ${moved.length === 1 ? "differs" : "differ"}, too few to make a drift: ${moved
          .slice(0, NAMED_MOVED)
          .map((column) => escapeText(column.name))
          .join(", ")}${moved.length > NAMED_MOVED ? ", …" : ""}.`;
  const lines = [
    `✅ **Healed**: in the window ${window} (${plural(report.window.rows, "row")}) the traffic of ${codeText(`${report.model}@${report.version}`)} looks like ${codeText(`${report.reference.dataset}@${report.reference.version}`)} again.${still}`,
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

/** RFC 3339 time to the minute, in UTC; anything else is escaped as it is. */
function time(text: string): string {
  const [, day, minute] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):\d{2}/.exec(text) ?? [];
  return day === undefined ? escapeText(text) : `${day} ${minute} UTC`;
}
