import { createHash } from "node:crypto";
import { documents } from "./documents.ts";
import type { GitHubState, RunState } from "./state.ts";

/** A run before its title and jobs are known. */
export type RunFacts = Omit<RunState, "title" | "jobs">;

/** The texts of the context `github`, without the token. On a pull request `sha` and `ref` are those of the merge that GitHub tries out, not of its head. */
export function githubContext(state: GitHubState, run: RunFacts, origin: string): Record<string, string> {
  const repository = `${state.owner}/${state.repo}`;
  const isPull = run.event.name === "pull_request";
  const ref = run.event.name === "pull_request" ? `refs/pull/${run.event.number}/merge` : `refs/heads/${run.ref}`;
  return {
    event_name: run.event.name,
    repository,
    repository_owner: state.owner,
    ref,
    ref_name: ref.replace(/^refs\/(?:heads|pull)\//, ""),
    ref_type: "branch",
    ...(isPull ? { head_ref: run.ref, base_ref: state.defaultBranch } : {}),
    sha: isPull ? mergeOf(run.sha) : run.sha,
    run_id: String(run.id),
    run_number: String(run.number),
    run_attempt: "1",
    workflow: run.workflow.name,
    workflow_ref: `${repository}/${run.workflow.path}@${ref}`,
    actor: run.login,
    triggering_actor: run.login,
    api_url: origin,
    server_url: origin,
  };
}

/** The same as a step's environment has them. */
export function githubVariables(state: GitHubState, run: RunFacts, origin: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(githubContext(state, run, origin)).map(([key, value]) => [`GITHUB_${key.toUpperCase()}`, value]),
  );
}

/** The event that a run's jobs read from GITHUB_EVENT_PATH. */
export function eventDocument(state: GitHubState, run: RunFacts, origin: string): Record<string, unknown> {
  const write = documents(state, origin);
  const common = { repository: write.fullRepository(), sender: write.user(run.login) };
  const { event } = run;
  switch (event.name) {
    case "workflow_dispatch":
      return { ...common, inputs: run.inputs, ref: `refs/heads/${run.ref}`, workflow: run.workflow.path };
    case "schedule":
      return { ...common, schedule: "17 * * * *", workflow: run.workflow.path };
    case "pull_request": {
      const issue = state.issues.find((one) => one.number === event.number)!;
      return { ...common, action: "synchronize", number: event.number, pull_request: write.pull(issue) };
    }
  }
}

const mergeOf = (head: string): string => createHash("sha1").update(`merge of ${head}`).digest("hex");
