import type { Verdict } from "@modelyard/evaluate";
import type { Block } from "./block.ts";
import { cutText } from "./cut-text.ts";
import { escapeText, linkText } from "./escape-markdown.ts";
import { CHECK_SUMMARY_LIMIT, COMMENT_LIMIT, fitComment, type Section, SUMMARY_LIMIT } from "./fit-comment.ts";
import { markerOf } from "./marker.ts";
import type { Graph } from "./mermaid.ts";
import { alertOf, conclusionOf, verdictSymbol, verdictWord } from "./verdict-words.ts";
import { visibleText } from "./visible-text.ts";

export interface ReportOptions {
  /** Key of the sticky comment: one comment per key on a pull request. */
  readonly name: string;
  /** Heading in place of the one made from the document. */
  readonly title?: string | undefined;
  /** Page of the workflow run: where the full text is. */
  readonly runUrl?: string | undefined;
  /** Web address of the repository, for commit links. */
  readonly repositoryUrl?: string | undefined;
  readonly lineage?: Graph | undefined;
  readonly onInconclusive?: "neutral" | "fail" | undefined;
  /** Further sections, such as the drift of the same model or a permission hint. */
  readonly extra?: readonly Section[] | undefined;
  /** UTF-16 units a comment may have; GitHub's limit where absent. */
  readonly commentLimit?: number | undefined;
}

/** One report at three budgets: comment, check summary, job summary. */
export interface RenderedReport {
  readonly marker: string;
  /** Plain text of one line. */
  readonly title: string;
  readonly verdict: Verdict;
  /** Markdown of one line: symbol, word, why. */
  readonly verdictLine: string;
  readonly comment: string;
  readonly check: { readonly title: string; readonly summary: string; readonly conclusion: "success" | "failure" | "neutral" };
  readonly summary: string;
}

/** What a renderer found out, before it is set under a budget. `headline`, `reasons` and `note` are markdown already escaped; `plain` is the headline as plain text. */
export interface ReportContent {
  readonly title: string;
  readonly verdict: Verdict;
  readonly headline: string;
  readonly plain: string;
  readonly reasons: readonly string[];
  /** Small print, escaped: what the baseline is. */
  readonly note?: string | undefined;
  readonly sections: readonly Section[];
}

/** GitHub cuts a check's title in lists; this much is shown. */
const CHECK_TITLE_LIMIT = 250;

/** Sets the content into comment, check and summary. */
export function assembleReport(content: ReportContent, options: ReportOptions): RenderedReport {
  const marker = markerOf("report", options.name);
  const title = options.title ?? content.title;
  const verdictLine = `${verdictSymbol(content.verdict)} **${verdictWord(content.verdict)}**: ${content.headline}`;
  const head = `### ${escapeText(title)}\n\n${alertBox(content.verdict, verdictLine, content.reasons)}`;
  const sections = [...content.sections, ...(options.extra ?? [])];
  const frame = { head, foot: footer(content.note, options), cutNote: cutNote(options) };
  return {
    marker,
    title,
    verdict: content.verdict,
    verdictLine,
    comment: fitComment({ ...frame, head: `${marker}\n${head}` }, sections, Math.min(options.commentLimit ?? COMMENT_LIMIT, COMMENT_LIMIT)),
    check: {
      title: cutText(visibleText(`${verdictWord(content.verdict)}: ${content.plain}`), CHECK_TITLE_LIMIT),
      summary: fitComment(frame, sections, CHECK_SUMMARY_LIMIT),
      conclusion: conclusionOf(content.verdict, options.onInconclusive),
    },
    summary: fitComment(frame, sections, SUMMARY_LIMIT),
  };
}

function alertBox(verdict: Verdict, line: string, reasons: readonly string[]): string {
  const lines = [`> [!${alertOf(verdict)}]`, `> ${line}`];
  if (reasons.length > 0) lines.push(">", ...reasons.map((reason) => `> - ${reason}`));
  return lines.join("\n");
}

function footer(note: string | undefined, options: ReportOptions): string {
  const run = options.runUrl === undefined ? undefined : linkText("workflow run", options.runUrl);
  const brackets =
    note === undefined ? "brackets: 95 % confidence intervals" : "brackets: 95 % confidence intervals, wider where many are looked at";
  return `<sub>${["Modelyard report", note, brackets, run].filter((part) => part !== undefined).join(" · ")}</sub>`;
}

function cutNote(options: ReportOptions): string {
  const where =
    options.runUrl === undefined
      ? "the job summary of this workflow run"
      : linkText("the job summary of this workflow run", options.runUrl);
  return `> [!NOTE]\n> Parts of this report were left out to fit GitHub's limit; the full text is in ${where}.`;
}

/** A heading as a block. */
export function heading(text: string): Block {
  return { kind: "text", markdown: `#### ${text}` };
}
