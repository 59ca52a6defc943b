import { hasCode } from "@modelyard/base";
import type { GitHub } from "@modelyard/github";
import { permissionsYaml, type RenderedReport } from "@modelyard/report";
import type { Context } from "../context.ts";

type Missing = "checks" | "pull-requests";

export interface PostInputs {
  readonly name: string;
  readonly comment: boolean;
  readonly check: boolean;
  readonly pullRequest?: number | undefined;
}

export interface Posted {
  readonly commentUrl: string | undefined;
  readonly checkUrl: string | undefined;
  /** Permissions that the token lacks, in the words of a workflow. */
  readonly missing: readonly Missing[];
}

/** Posts check and comment as far as the token may; what it may not is in `missing`, every other failure is thrown. */
export async function postReport(report: RenderedReport, inputs: PostInputs, github: GitHub, context: Context): Promise<Posted> {
  const missing: Missing[] = [];
  const checkUrl = inputs.check ? await allowed("checks", missing, () => postCheck(report, inputs, github, context)) : undefined;
  const commentUrl = inputs.comment
    ? await allowed("pull-requests", missing, () => postComment(report, inputs, github, context))
    : undefined;
  return { commentUrl, checkUrl, missing };
}

async function allowed<T>(permission: Missing, missing: Missing[], post: () => Promise<T>): Promise<T | undefined> {
  try {
    return await post();
  } catch (error) {
    if (!hasCode(error, "GITHUB_FORBIDDEN")) throw error;
    missing.push(permission);
    return undefined;
  }
}

/** In progress first: a run repeated on the same commit must not leave the verdict of the run before standing while it writes. */
async function postCheck(report: RenderedReport, inputs: PostInputs, github: GitHub, context: Context): Promise<string | undefined> {
  const { headSha, sha, runUrl } = context.job;
  const commit = headSha ?? sha;
  if (commit === undefined) {
    context.log.info("no commit is known here, so no check is written");
    return undefined;
  }
  const check = { name: `Modelyard: ${inputs.name}`, headSha: commit, externalId: `modelyard-report-${inputs.name}`, detailsUrl: runUrl };
  await github.publishCheck({ ...check, status: "in_progress", title: "Reporting", summary: "The report is being written." });
  const { url } = await github.publishCheck({ ...check, status: "completed", ...report.check });
  context.log.info(`check: ${report.check.conclusion} ${url}`);
  return url;
}

async function postComment(report: RenderedReport, inputs: PostInputs, github: GitHub, context: Context): Promise<string | undefined> {
  const { headSha, headRepository, headBranch, pullRequest, runId } = context.job;
  const head = { repository: headRepository, branch: headBranch };
  const number = inputs.pullRequest ?? pullRequest ?? (headSha === undefined ? undefined : await github.findPullRequest(headSha, head));
  if (number === undefined) {
    context.log.info("this commit belongs to no open pull request, so no comment is written");
    return undefined;
  }
  const { kind, url } = await github.upsertComment(number, report.marker, report.comment, runId === undefined ? undefined : Number(runId));
  context.log.info(`comment on #${number} ${kind}: ${url}`);
  return url;
}

const WORDS: Readonly<Record<Missing, string>> = { checks: "check run", "pull-requests": "comment" };

/** What a log says of a token that may not write: what is lost, and the YAML to add. */
export function missingText(missing: readonly Missing[], fork: boolean): string {
  const what = missing.map((name) => WORDS[name]).join(" and the ");
  if (fork) {
    return `the ${what} could not be written: a pull request from a fork runs with a read-only token. The report is in the job summary; to comment as well, run \`report\` in a second workflow on workflow_run, with the comparison as an artifact`;
  }
  return `the ${what} could not be written: the token is read-only. The report is in the job summary. Add to the job:\n\n${permissionsYaml(missing)}`;
}
