import { resolve } from "node:path";
import { isoTime } from "@modelyard/base";
import { DEFAULT_THRESHOLDS, type DriftReport, driftReport } from "@modelyard/drift";
import { renderDriftSummary } from "@modelyard/report";
import type { Context } from "./context.ts";
import { shownPath, writeWholeFile } from "./evaluate/result-files.ts";
import { gatherTraffic } from "./monitor/live-traffic.ts";
import { LogProblems, readWindow } from "./monitor/read-window.ts";
import { readReference } from "./monitor/reference.ts";
import { type IssueOutcome, syncIssue } from "./monitor/sync-issue.ts";
import { openContextYard, type YardInputs } from "./open-yard.ts";
import { requireVersion } from "./require-name.ts";

export interface MonitorInputs extends YardInputs {
  readonly name?: string | undefined;
  /** Version whose traffic is watched. */
  readonly version: string;
  /** Length of the window that ends now, milliseconds. */
  readonly window: number;
  readonly minRows?: number | undefined;
  readonly psi?: number | undefined;
  readonly alpha?: number | undefined;
  readonly share?: number | undefined;
  readonly minNewExamples?: number | undefined;
  /** Labels of a new issue. */
  readonly labels?: readonly string[] | undefined;
  readonly output: string;
  readonly githubToken?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface MonitorOutputs {
  readonly drifted: boolean;
  readonly retrain: boolean;
  readonly verdict: DriftReport["verdict"];
  readonly reasons: readonly string[];
  readonly rows: number;
  readonly requests: number;
  readonly errors: number;
  readonly newExamples: number;
  readonly issueUrl: string | undefined;
  /** Path of the drift report; undefined in a dry run. */
  readonly report: string | undefined;
}

/** Compares the prediction log of a window with the data that the model learnt from, keeps one issue while it drifts, and says whether to retrain. */
export async function monitor(inputs: MonitorInputs, context: Context): Promise<MonitorOutputs> {
  const { name, version } = givenVersion(inputs);
  const yard = await openContextYard(inputs, context, { create: false });
  const reference = await readReference(yard, name, version, context);
  const to = context.clock.now();
  const window = { model: name, version: reference.version.version, from: to - inputs.window, to };
  const problems = new LogProblems();
  const title = `Read the prediction log of ${name}@${window.version}`;
  const traffic = await context.log.group(title, () =>
    gatherTraffic(readWindow(yard, window, problems, context.signal), reference.signature, problems),
  );
  const { dataset } = reference;
  const { requests, errors, live, predicted } = traffic;
  const judged = driftReport({
    model: name,
    version: window.version,
    profile: reference.profile,
    reference: { dataset: dataset.name, version: dataset.version, digest: dataset.digest },
    window: { from: new Date(window.from).toISOString(), to: new Date(to).toISOString(), requests, errors },
    live,
    columns: reference.columns,
    predicted,
    thresholds: thresholdsOf(inputs),
    newExamples: reference.newExamples,
    minNewExamples: inputs.minNewExamples,
    created: isoTime(context.clock),
  });
  const report = withProblems(judged, problems);
  if (!inputs.dryRun) await writeWholeFile(resolve(context.cwd, inputs.output), `${JSON.stringify(report, null, 1)}\n`);
  const issue = await tell(report, inputs, context);
  return {
    drifted: report.drifted,
    retrain: report.retrain,
    verdict: report.verdict,
    reasons: report.reasons,
    rows: report.window.rows,
    requests,
    errors,
    newExamples: reference.newExamples,
    issueUrl: issue.kind === "none" ? undefined : issue.url,
    report: inputs.dryRun ? undefined : shownPath(".", inputs.output, context.cwd),
  };
}

function givenVersion(inputs: MonitorInputs): { readonly name: string; readonly version: string } {
  const { name } = requireVersion(inputs.name, inputs.version, "model");
  const at = inputs.name!.indexOf("@");
  return { name, version: at < 0 ? inputs.version : inputs.name!.slice(at + 1) };
}

function thresholdsOf({ minRows, psi, alpha, share }: MonitorInputs) {
  const { distance, ...usual } = DEFAULT_THRESHOLDS;
  return { distance, minRows: minRows ?? usual.minRows, psi: psi ?? usual.psi, alpha: alpha ?? usual.alpha, share: share ?? usual.share };
}

/** Lines that could not be read are part of the finding: a report on half a log must say so. */
function withProblems(report: DriftReport, problems: LogProblems): DriftReport {
  if (problems.count === 0) return report;
  return {
    ...report,
    reasons: [...report.reasons, `${problems.count} lines of the log could not be used: ${problems.named.join("; ").slice(0, 600)}`],
  };
}

/** Log and summary first, so that a refused issue hides nothing. */
async function tell(report: DriftReport, inputs: MonitorInputs, context: Context): Promise<IssueOutcome> {
  for (const reason of report.reasons) context.log.info(reason);
  context.log.notice(
    `${report.model}@${report.version}: ${report.verdict}; ${report.retrain ? "retrain" : "no retraining"}; ${report.window.rows} rows in ${report.window.requests} requests`,
  );
  const { runUrl } = context.job;
  await context.summary(renderDriftSummary(report, { runUrl }));
  const github = inputs.dryRun ? undefined : context.github(inputs.githubToken);
  if (github === undefined) return { kind: "none" };
  const issue = await syncIssue(report, github, { labels: inputs.labels ?? [], runUrl });
  if (issue.kind !== "none") context.log.notice(`issue ${issue.kind}: ${issue.url}`);
  return issue;
}
