import type { Call, Need } from "./answer.ts";
import { commentOf, issueOf } from "./issue-handlers.ts";
import type { Operation } from "./operations.ts";
import type { FakeToken } from "./state.ts";

type Target = Pick<Call, "parameters" | "state">;

/** A comment or an issue is under `issues`; where it is a pull request, under `pull-requests`. */
const ofIssue =
  (access: "read" | "write") =>
  (target: Target): Need => {
    const number = commentOf(target)?.issue;
    const issue = number === undefined ? issueOf(target) : target.state.issues.find((one) => one.number === number);
    return [issue?.pull ? "pull-requests" : "issues", access];
  };

const NEEDS: Readonly<Record<Operation, Need | ((target: Target) => Need)>> = {
  "GET /user": "user",
  "GET /repos/{owner}/{repo}": "none",
  "GET /repos/{owner}/{repo}/issues": ["issues", "read"],
  "POST /repos/{owner}/{repo}/issues": ["issues", "write"],
  "GET /repos/{owner}/{repo}/issues/{issue_number}": ofIssue("read"),
  "PATCH /repos/{owner}/{repo}/issues/{issue_number}": ofIssue("write"),
  "GET /repos/{owner}/{repo}/issues/{issue_number}/comments": ofIssue("read"),
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments": ofIssue("write"),
  "GET /repos/{owner}/{repo}/issues/comments/{comment_id}": ofIssue("read"),
  "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": ofIssue("write"),
  "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}": ofIssue("write"),
  "GET /repos/{owner}/{repo}/pulls": ["pull-requests", "read"],
  "GET /repos/{owner}/{repo}/pulls/{pull_number}": ["pull-requests", "read"],
  "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls": ["pull-requests", "read"],
  "POST /repos/{owner}/{repo}/check-runs": ["checks", "write"],
  "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}": ["checks", "write"],
  "GET /repos/{owner}/{repo}/commits/{ref}/check-runs": ["checks", "read"],
  "POST /repos/{owner}/{repo}/deployments": ["deployments", "write"],
  "GET /repos/{owner}/{repo}/deployments": ["deployments", "read"],
  "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses": ["deployments", "write"],
  "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses": ["deployments", "read"],
  "GET /repos/{owner}/{repo}/actions/workflows": ["actions", "read"],
  "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}": ["actions", "read"],
  "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches": ["actions", "write"],
  "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs": ["actions", "read"],
  "GET /repos/{owner}/{repo}/actions/runs/{run_id}": ["actions", "read"],
  "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs": ["actions", "read"],
  "POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel": ["actions", "write"],
  "GET /repos/{owner}/{repo}/actions/runners": ["administration", "read"],
};

/** Undefined when the token may; else the header `x-accepted-github-permissions` of the refusal. */
export function refusedPermission(operation: Operation, target: Target, token: FakeToken): string | undefined {
  const rule = NEEDS[operation];
  const need = typeof rule === "function" ? rule(target) : rule;
  if (need === "none") return undefined;
  if (need === "user") return token.login === undefined || token.login.endsWith("[bot]") ? "" : undefined;
  const [permission, access] = need;
  const held = token.permissions[permission];
  return held === "write" || held === access ? undefined : `${permission.replaceAll("-", "_")}=${access}`;
}
