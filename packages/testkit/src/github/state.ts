/** Permission names as a workflow's `permissions:` block spells them. */
export type Permission = "actions" | "administration" | "checks" | "contents" | "deployments" | "issues" | "pull-requests";
export type Access = "read" | "write";

export interface FakeToken {
  readonly permissions: Readonly<Partial<Record<Permission, Access>>>;
  /** Who writes with this token; default `github-actions[bot]`. A login without `[bot]` is a person, who may ask `GET /user`. */
  readonly login?: string | undefined;
}

export interface IssueState {
  readonly id: number;
  readonly number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  readonly labels: string[];
  readonly login: string;
  readonly created: number;
  updated: number;
  closed: number | undefined;
  /** Set when the issue is a pull request. */
  readonly pull?: PullState | undefined;
}

export interface PullState {
  headSha: string;
  readonly headRef: string;
  readonly baseRef: string;
  /** `owner/name`; another than the repository's for a fork. */
  readonly headRepository: string;
}

export interface CommentState {
  readonly id: number;
  readonly issue: number;
  body: string;
  readonly login: string;
  readonly created: number;
  updated: number;
  /** Times that it was written after its creation. */
  edits: number;
}

export interface CheckState {
  readonly id: number;
  readonly headSha: string;
  name: string;
  status: string;
  conclusion: string | null;
  externalId: string;
  detailsUrl: string | null;
  started: number;
  completed: number | null;
  title: string | null;
  summary: string | null;
  text: string | null;
}

export interface DeploymentState {
  readonly id: number;
  readonly ref: string;
  readonly sha: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string;
  readonly payload: unknown;
  readonly production: boolean;
  readonly transient: boolean;
  readonly login: string;
  readonly created: number;
  readonly statuses: DeploymentStatusState[];
}

export interface DeploymentStatusState {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly login: string;
  readonly created: number;
}

export interface JobState {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly labels: readonly string[];
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  runner: RunnerState | undefined;
  started: number;
  completed: number | null;
  log: string;
  summary: string;
  outputs: Readonly<Record<string, string>>;
}

/** An event of the repository. */
export type TriggerEvent = { readonly name: "schedule" } | { readonly name: "pull_request"; readonly number: number };
/** What started a run; a dispatch comes through the REST interface. */
export type RunEvent = { readonly name: "workflow_dispatch" } | TriggerEvent;

export interface RunState {
  readonly id: number;
  readonly event: RunEvent;
  readonly number: number;
  readonly workflow: WorkflowState;
  readonly title: string;
  readonly ref: string;
  readonly sha: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly login: string;
  readonly created: number;
  /** Wall time from which lists show it. */
  readonly listedFrom: number;
  updated: number;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  readonly jobs: JobState[];
  cancelRequested: boolean;
}

export interface WorkflowState {
  readonly id: number;
  readonly path: string;
  readonly name: string;
  readonly created: number;
}

export interface RunnerState {
  readonly id: number;
  readonly name: string;
  readonly labels: readonly string[];
  readonly hosted: boolean;
  busy: boolean;
}

export interface GitHubState {
  readonly owner: string;
  readonly repo: string;
  readonly defaultBranch: string;
  /** Branch or tag to commit. */
  readonly refs: Map<string, string>;
  readonly issues: IssueState[];
  readonly comments: CommentState[];
  readonly checks: CheckState[];
  readonly deployments: DeploymentState[];
  readonly workflows: WorkflowState[];
  readonly runs: RunState[];
  readonly runners: RunnerState[];
  /** The next id of anything. */
  nextId(): number;
}

/** An empty repository whose default branch is at a made-up commit. */
export function emptyState(owner: string, repo: string, defaultBranch: string): GitHubState {
  // High enough to catch code that takes an id for a number of an issue.
  let id = 1_000_000;
  return {
    owner,
    repo,
    defaultBranch,
    refs: new Map([[defaultBranch, "0123456789abcdef0123456789abcdef01234567"]]),
    issues: [],
    comments: [],
    checks: [],
    deployments: [],
    workflows: [],
    runs: [],
    runners: [],
    nextId: () => ++id,
  };
}
