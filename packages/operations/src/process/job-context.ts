import type { Json } from "@modelyard/base";
import type { JobContext } from "../context.ts";

/** What the environment of a job says of it; fields undefined or empty outside a workflow. */
export interface JobFacts {
  readonly repository?: string | undefined;
  readonly sha?: string | undefined;
  readonly ref?: string | undefined;
  readonly eventName?: string | undefined;
  readonly workflow?: string | undefined;
  readonly actor?: string | undefined;
  readonly runId?: string | undefined;
  readonly serverUrl?: string | undefined;
}

/** The facts of the variables that GitHub sets. */
export function jobFactsOf(env: Readonly<Record<string, string | undefined>>): JobFacts {
  return {
    repository: env["GITHUB_REPOSITORY"],
    sha: env["GITHUB_SHA"],
    ref: env["GITHUB_REF"],
    eventName: env["GITHUB_EVENT_NAME"],
    workflow: env["GITHUB_WORKFLOW"],
    actor: env["GITHUB_ACTOR"],
    runId: env["GITHUB_RUN_ID"],
    serverUrl: env["GITHUB_SERVER_URL"],
  };
}

/** The job as operations see it. Fields of the event that are not of their type (a commit is 40 or 64 hex digits) count as absent. */
export function jobContextOf(facts: JobFacts, event: Json | undefined): JobContext {
  const sha = commitOf(facts.sha);
  const repository = repositoryOf(facts.repository) ?? repositoryOf(textAt(event, "repository", "full_name"));
  const runId = /^[1-9]\d{0,18}$/.test(facts.runId ?? "") ? facts.runId : undefined;
  const head = headOf(event);
  return {
    repository,
    sha,
    ref: presentText(facts.ref),
    eventName: presentText(facts.eventName),
    headSha: head.sha ?? sha,
    headRepository: head.repository ?? repository,
    headBranch: head.branch,
    baseSha: head.base,
    pullRequest: head.pullRequest,
    runUrl:
      repository === undefined || runId === undefined
        ? undefined
        : `${presentText(facts.serverUrl) ?? "https://github.com"}/${repository}/actions/runs/${runId}`,
    runId,
    workflow: presentText(facts.workflow),
    actor: presentText(facts.actor),
    defaultBranch: presentText(textAt(event, "repository", "default_branch")),
  };
}

interface Head {
  readonly sha: string | undefined;
  readonly repository: string | undefined;
  readonly branch: string | undefined;
  readonly base: string | undefined;
  readonly pullRequest: number | undefined;
}

// A workflow_run event lists no pull request of a fork: operations find it by head commit and head repository.
function headOf(event: Json | undefined): Head {
  if (at(event, "pull_request") !== undefined) {
    return {
      sha: commitOf(textAt(event, "pull_request", "head", "sha")),
      repository: repositoryOf(textAt(event, "pull_request", "head", "repo", "full_name")),
      branch: presentText(textAt(event, "pull_request", "head", "ref")),
      base: commitOf(textAt(event, "pull_request", "base", "sha")),
      pullRequest: numberOf(at(event, "pull_request", "number")),
    };
  }
  if (at(event, "workflow_run") !== undefined) {
    return {
      sha: commitOf(textAt(event, "workflow_run", "head_sha")),
      repository: repositoryOf(textAt(event, "workflow_run", "head_repository", "full_name")),
      branch: presentText(textAt(event, "workflow_run", "head_branch")),
      base: undefined,
      pullRequest: undefined,
    };
  }
  const isPullRequestComment = at(event, "issue", "pull_request") !== undefined;
  return {
    sha: commitOf(textAt(event, "merge_group", "head_sha")),
    repository: undefined,
    branch: undefined,
    base: commitOf(textAt(event, "merge_group", "base_sha")),
    pullRequest: isPullRequestComment ? numberOf(at(event, "issue", "number")) : undefined,
  };
}

function at(value: Json | undefined, ...path: string[]): Json | undefined {
  let current: Json | undefined = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null || Array.isArray(current)) return undefined;
    const record = current as { readonly [key: string]: Json };
    current = Object.hasOwn(record, key) ? record[key] : undefined;
  }
  return current ?? undefined;
}

function textAt(value: Json | undefined, ...path: string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

function presentText(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}

function commitOf(text: string | undefined): string | undefined {
  return text !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : undefined;
}

function repositoryOf(text: string | undefined): string | undefined {
  return text !== undefined && /^[A-Za-z0-9-]{1,100}\/[A-Za-z0-9._-]{1,100}$/.test(text) ? text : undefined;
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
