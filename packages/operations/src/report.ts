import { parseName } from "@modelyard/base";
import type { Verdict } from "@modelyard/evaluate";
import {
  COMMENT_LIMIT,
  conclusionOf,
  cutText,
  driftSection,
  lineageOfComparison,
  lineageOfDocuments,
  permissionHint,
  REASON_LIMIT,
  type RenderedReport,
  type ReportOptions,
  renderBlocks,
  renderComparison,
  renderMetrics,
} from "@modelyard/report";
import type { Context, JobContext } from "./context.ts";
import { OutcomeError } from "./outcome-error.ts";
import { missingText, type Posted, postReport } from "./report/post-report.ts";
import { type DocumentInputs, type ReportDocuments, readDocuments, type Subject } from "./report/read-documents.ts";

export interface ReportInputs extends DocumentInputs {
  readonly title?: string | undefined;
  /** Key of the sticky comment and of the check; the model's name when absent. */
  readonly name?: string | undefined;
  readonly comment: boolean;
  readonly check: boolean;
  readonly onInconclusive: "neutral" | "fail";
  readonly failOnRegression: boolean;
  readonly pullRequest?: number | undefined;
  readonly githubToken?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface ReportOutputs {
  readonly verdict: Verdict;
  /** True for the verdict `pass` alone. */
  readonly passed: boolean;
  readonly commentUrl: string | undefined;
  readonly checkUrl: string | undefined;
}

/** Room for the line by which concurrent writers of one comment are ordered. */
const ORDER_LINE = 64;
const NOTHING: Posted = { commentUrl: undefined, checkUrl: undefined, missing: [] };

/**
 * Renders a comparison or a metric document and posts it: job summary always, then check and comment as far as the token may. Throws OutcomeError REPORT_FAILED when
 * gates fail (and `failOnRegression`), or are inconclusive under `onInconclusive: fail`.
 */
export async function report(inputs: ReportInputs, context: Context): Promise<ReportOutputs> {
  const documents = await readDocuments(inputs, context.cwd);
  const name = inputs.name === undefined ? nameOf(documents.subject) : parseName(inputs.name, "name");
  const rendered = render(documents, optionsOf(documents, name, inputs, context));
  context.log.notice(`${rendered.check.title} [${rendered.verdict}]`);
  await context.summary(rendered.summary);
  const posted = inputs.dryRun ? NOTHING : await post(rendered, { ...inputs, name }, context);
  const outputs = {
    verdict: rendered.verdict,
    passed: rendered.verdict === "pass",
    commentUrl: posted.commentUrl,
    checkUrl: posted.checkUrl,
  };
  refuse(documents.subject, rendered, inputs, outputs);
  return outputs;
}

/** The documents' own name where it is one of ours; they are not believed. */
function nameOf(subject: Subject): string {
  const found = documentsOf(subject)[0]?.subject.name ?? "";
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/.test(found) ? found : "model";
}

function documentsOf(subject: Subject) {
  if (subject.kind === "metrics") return [subject.document];
  const { candidate, baseline } = subject.comparison;
  return baseline === null ? [candidate] : [candidate, baseline];
}

function optionsOf(documents: ReportDocuments, name: string, inputs: ReportInputs, context: Context): ReportOptions {
  const { job } = context;
  const { subject, drift } = documents;
  return {
    name,
    title: inputs.title,
    runUrl: job.runUrl,
    repositoryUrl: repositoryUrl(job.runUrl),
    lineage: subject.kind === "comparison" ? lineageOfComparison(subject.comparison) : lineageOfDocuments([subject.document]),
    onInconclusive: inputs.onInconclusive,
    extra: drift === undefined ? [] : [driftSection(drift)],
    commentLimit: COMMENT_LIMIT - ORDER_LINE,
  };
}

function repositoryUrl(runUrl: string | undefined): string | undefined {
  return runUrl?.replace(/\/actions\/runs\/.*$/, "");
}

function render(documents: ReportDocuments, options: ReportOptions): RenderedReport {
  const { subject } = documents;
  return subject.kind === "comparison" ? renderComparison(subject.comparison, options) : renderMetrics(subject.document, options);
}

async function post(rendered: RenderedReport, inputs: ReportInputs & { readonly name: string }, context: Context): Promise<Posted> {
  if (!inputs.comment && !inputs.check) return NOTHING;
  const github = context.github(inputs.githubToken);
  if (github === undefined) {
    context.log.info("no repository or no token here: the report is in the summary alone");
    return NOTHING;
  }
  const posted = await postReport(rendered, inputs, github, context);
  if (posted.missing.length > 0) {
    const fork = isForksEvent(context.job);
    context.log.warning(missingText(posted.missing, fork));
    await context.summary(`${renderBlocks(permissionHint(posted.missing, fork).blocks)}\n`);
  }
  return posted;
}

/** A workflow_run workflow has the repository's own token, also for the run of a fork: there a permission is missing indeed. */
function isForksEvent({ eventName, headRepository, repository }: JobContext): boolean {
  return eventName?.startsWith("pull_request") === true && eventName !== "pull_request_target" && headRepository !== repository;
}

/** Most gates named in an error's message; the report has them all. */
const MAX_NAMED = 5;

function refuse(subject: Subject, rendered: RenderedReport, inputs: ReportInputs, outputs: ReportOutputs): void {
  if (conclusionOf(rendered.verdict, inputs.onInconclusive) !== "failure") return;
  if (rendered.verdict === "fail" && !inputs.failOnRegression) return;
  const gates = subject.kind === "comparison" ? subject.comparison.gates.filter((gate) => gate.verdict !== "pass") : [];
  const named = gates
    .slice(0, MAX_NAMED)
    .map((gate) => cutText(`${gate.metric}${gate.slice === null ? "" : ` (${gate.slice})`} ${gate.verdict}: ${gate.reason}`, REASON_LIMIT));
  throw new OutcomeError({
    code: "REPORT_FAILED",
    message: `the verdict is ${rendered.verdict}${named.length === 0 ? "" : `: ${named.join("; ")}`}`,
    hint:
      rendered.verdict === "inconclusive"
        ? "evaluate on more examples, or set `on-inconclusive: neutral`"
        : "look at the report; set `fail-on-regression: false` to report without failing the job",
    outputs,
  });
}
