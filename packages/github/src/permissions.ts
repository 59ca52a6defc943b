/** Permission names as a workflow's `permissions:` block spells them. */
export type PermissionName = "actions" | "administration" | "checks" | "contents" | "deployments" | "issues" | "metadata" | "pull-requests";

export interface OperationNeed {
  /** What is being done, for messages: `list the comments`. */
  readonly title: string;
  readonly permission: PermissionName;
  readonly access: "read" | "write";
  /** A read that is only made before a write: who lacks it is told of the writing at once. */
  readonly isBeforeWrite?: true;
}

/** Every call that we make, and the one permission that it needs. `metadata` is always granted. */
export const OPERATIONS = {
  "repository.get": { title: "read the repository", permission: "metadata", access: "read" },
  "user.get": { title: "ask for the token's user", permission: "metadata", access: "read" },
  "comments.list": { title: "list the comments", permission: "pull-requests", access: "read", isBeforeWrite: true },
  "comments.get": { title: "read the comment", permission: "pull-requests", access: "read", isBeforeWrite: true },
  "comments.create": { title: "write a comment", permission: "pull-requests", access: "write" },
  "comments.update": { title: "update the comment", permission: "pull-requests", access: "write" },
  "comments.delete": { title: "delete a duplicate of our comment", permission: "pull-requests", access: "write" },
  "pulls.ofCommit": { title: "find the pull request of a commit", permission: "pull-requests", access: "read" },
  "pulls.list": { title: "find the pull request of a fork's commit", permission: "pull-requests", access: "read" },
  "checks.list": { title: "list the checks", permission: "checks", access: "read", isBeforeWrite: true },
  "checks.create": { title: "create the check", permission: "checks", access: "write" },
  "checks.update": { title: "update the check", permission: "checks", access: "write" },
  "workflows.get": { title: "read the workflow", permission: "actions", access: "read", isBeforeWrite: true },
  "workflows.dispatch": { title: "start the workflow", permission: "actions", access: "write" },
  "runs.list": { title: "list the workflow runs", permission: "actions", access: "read", isBeforeWrite: true },
  "runs.get": { title: "read the workflow run", permission: "actions", access: "read" },
  "runs.cancel": { title: "cancel the workflow run", permission: "actions", access: "write" },
  "runners.list": { title: "list the self-hosted runners", permission: "administration", access: "read" },
  "deployments.list": { title: "list the deployments", permission: "deployments", access: "read", isBeforeWrite: true },
  "deployments.create": { title: "create the deployment", permission: "deployments", access: "write" },
  "deployments.statuses": { title: "list the deployment's statuses", permission: "deployments", access: "read", isBeforeWrite: true },
  "deployments.setStatus": { title: "set the deployment's status", permission: "deployments", access: "write" },
  "issues.list": { title: "list the issues", permission: "issues", access: "read" },
  "issues.get": { title: "read the issue", permission: "issues", access: "read", isBeforeWrite: true },
  "issues.create": { title: "open the issue", permission: "issues", access: "write" },
  "issues.update": { title: "update the issue", permission: "issues", access: "write" },
  "issues.comments": { title: "list the issue's comments", permission: "issues", access: "read", isBeforeWrite: true },
  "issues.comment": { title: "comment on the issue", permission: "issues", access: "write" },
} as const satisfies Readonly<Record<string, OperationNeed>>;

export type OperationName = keyof typeof OPERATIONS;

/** What each method of the port needs in all; README tables of the actions are made of these. `listRunners` needs a token of another kind and never fails for lack of it. */
export const PORT_PERMISSIONS = {
  upsertComment: { "pull-requests": "write" },
  publishCheck: { checks: "write" },
  findPullRequest: { "pull-requests": "read" },
  dispatchWorkflow: { actions: "write" },
  getRun: { actions: "read" },
  cancelRun: { actions: "write" },
  createDeployment: { deployments: "write" },
  setDeploymentStatus: { deployments: "write" },
  findIssue: { issues: "read" },
  createIssue: { issues: "write" },
  updateIssue: { issues: "write" },
  commentIssue: { issues: "write" },
  defaultBranch: {},
} as const satisfies Readonly<Record<string, Readonly<Partial<Record<PermissionName, "read" | "write">>>>>;

/** Read-only whatever the workflow says, on a pull request from a fork. */
const READ_ONLY_FOR_FORKS: ReadonlySet<PermissionName> = new Set(["pull-requests", "checks", "issues", "deployments", "actions"]);

/**
 * The YAML that grants an operation. `accepted` is GitHub's header `x-accepted-github-permissions` (`pull_requests=write; issues=write`: any of them);
 * when it names a single permission it is believed over the table.
 */
export function permissionHint(operation: OperationName, accepted: string | undefined): string {
  const need: OperationNeed = OPERATIONS[operation];
  const { permission, access: asked } = acceptedPermission(accepted) ?? need;
  const access = need.isBeforeWrite && permission === need.permission ? "write" : asked;
  if (permission === "administration") {
    return "a workflow's own token never may do this: use the token of a GitHub App or a fine-grained token with the repository permission Administration: read";
  }
  const forks =
    access === "write" && READ_ONLY_FOR_FORKS.has(permission)
      ? "\n(On a pull request from a fork the token stays read-only: report from a workflow_run workflow.)"
      : "";
  return `add to the job (what a \`permissions:\` block does not name is none, so keep what you have):\n\npermissions:\n  ${permission}: ${access}\n${forks}`.trimEnd();
}

function acceptedPermission(header: string | undefined): { permission: PermissionName; access: "read" | "write" } | undefined {
  const single = /^([a-z_]+)=(read|write)$/.exec(header?.trim() ?? "");
  if (!single) return undefined;
  const permission = single[1]!.replaceAll("_", "-");
  const isKnown = Object.values(OPERATIONS).some((need) => need.permission === permission);
  return isKnown ? { permission: permission as PermissionName, access: single[2] as "read" | "write" } : undefined;
}
