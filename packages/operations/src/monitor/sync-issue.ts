import { hasCode, messageOf, userError } from "@modelyard/base";
import type { DriftReport } from "@modelyard/drift";
import type { GitHub } from "@modelyard/github";
import { driftIssueTitle, driftMarker, permissionsYaml, renderDriftHealed, renderDriftIssue } from "@modelyard/report";

export interface IssueOptions {
  readonly labels: readonly string[];
  readonly runUrl: string | undefined;
}

/** What happened to the one drift issue of a model. */
export type IssueOutcome =
  | { readonly kind: "opened" | "updated" | "reopened" | "closed"; readonly url: string }
  | { readonly kind: "none" };

/** Whoever may not even list the issues needs to write them: both are told at once. */
async function findKnown(report: DriftReport, github: GitHub) {
  try {
    return await github.findIssue(driftMarker(report.model));
  } catch (error) {
    if (!hasCode(error, "GITHUB_FORBIDDEN")) throw error;
    throw userError("GITHUB_FORBIDDEN", messageOf(error), `add to the job:\n\n${permissionsYaml(["issues"])}`, error);
  }
}

/** Keeps one issue per model: opened or updated while the traffic drifts, closed with a comment when it is stable again, untouched when there is too little to tell. */
export async function syncIssue(report: DriftReport, github: GitHub, options: IssueOptions): Promise<IssueOutcome> {
  const known = await findKnown(report, github);
  const { runUrl } = options;
  if (report.verdict === "drifted") {
    const title = driftIssueTitle(report);
    const body = renderDriftIssue(report, { runUrl });
    if (known === undefined) return { kind: "opened", url: (await github.createIssue({ title, body, labels: options.labels })).url };
    const issue = await github.updateIssue(known.number, { title, body, state: "open" });
    return { kind: known.state === "open" ? "updated" : "reopened", url: issue.url };
  }
  if (report.verdict === "insufficient" || known?.state !== "open") return { kind: "none" };
  await github.commentIssue(known.number, renderDriftHealed(report, { runUrl }));
  const issue = await github.updateIssue(known.number, { state: "closed" });
  return { kind: "closed", url: issue.url };
}
