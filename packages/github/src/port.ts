/** `owner/name` in two parts. */
export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

export type CheckConclusion = "success" | "failure" | "neutral" | "cancelled" | "skipped";

export interface CheckInput {
  readonly name: string;
  readonly headSha: string;
  readonly status: "in_progress" | "completed";
  readonly conclusion?: CheckConclusion | undefined;
  readonly title: string;
  /** Markdown, at most 65,535 characters. */
  readonly summary: string;
  readonly detailsUrl?: string | undefined;
  /** Same external id on the same commit updates the check instead of adding one. */
  readonly externalId: string;
}

/** Where the head commit of a pull request was pushed to, as the event says. */
export interface PullHead {
  /** `owner/name`, of a fork or of the repository itself. */
  readonly repository: string | undefined;
  readonly branch: string | undefined;
}

export interface WorkflowRun {
  readonly id: number;
  readonly url: string;
  readonly status: "queued" | "in_progress" | "completed" | "waiting" | "requested" | "pending";
  readonly conclusion: string | null;
}

export interface DispatchInput {
  /** File name of the workflow (`train.yml`) or its numeric id. */
  readonly workflow: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Value that the run's name carries (`run-name: ... ${{ inputs.run }}`), for servers that do not return the run id. */
  readonly correlation: string;
}

export interface Runner {
  readonly name: string;
  readonly labels: readonly string[];
  readonly isOnline: boolean;
  readonly isBusy: boolean;
}

/** Whether the token may list self-hosted runners is not known before it asks: GITHUB_TOKEN may not. */
export type RunnerList =
  | { readonly kind: "listed"; readonly runners: readonly Runner[] }
  | { readonly kind: "unknown"; readonly reason: string };

export interface Issue {
  readonly number: number;
  readonly url: string;
  readonly state: "open" | "closed";
  readonly body: string;
}

export type DeploymentState = "queued" | "in_progress" | "success" | "failure" | "error" | "inactive" | "pending";

/**
 * The part of GitHub that Modelyard uses. Reads are retried; writes are made idempotent or verified before a retry. Failures are ModelyardErrors:
 * GITHUB_FORBIDDEN (hint: the `permissions:` YAML to add), GITHUB_NOT_FOUND, GITHUB_INVALID (422, with GitHub's own words), GITHUB_RATE_LIMITED, GITHUB_UNAVAILABLE.
 */
export interface GitHub {
  readonly repository: Repository;
  /**
   * Creates or updates the one comment that begins with `marker` and was written by this token's author; looks through all pages. Of several writers the one
   * with the greatest `order` (the id of the workflow run, a commit's time) wins: `unchanged` also means that something newer is there.
   */
  upsertComment(
    issue: number,
    marker: string,
    body: string,
    order?: number,
  ): Promise<{ readonly kind: "created" | "updated" | "unchanged"; readonly url: string }>;
  publishCheck(check: CheckInput): Promise<{ readonly url: string }>;
  /** Number of the open pull request whose head is this commit (of this repository and branch, where they are known), or undefined. */
  findPullRequest(headSha: string, head?: PullHead): Promise<number | undefined>;
  /** Dispatches and finds the run: by `return_run_details`, else by `correlation`; never starts it twice. */
  dispatchWorkflow(dispatch: DispatchInput, signal?: AbortSignal): Promise<WorkflowRun>;
  /** The repository's default branch. */
  defaultBranch(): Promise<string>;
  /** Self-hosted runners of the repository. */
  listRunners(): Promise<RunnerList>;
  getRun(id: number): Promise<WorkflowRun>;
  /** Asks for cancellation; false when the run had already ended. */
  cancelRun(id: number): Promise<boolean>;
  createDeployment(input: {
    ref: string;
    environment: string;
    description: string;
    production: boolean;
    payload: Readonly<Record<string, string>>;
  }): Promise<{ readonly id: number }>;
  setDeploymentStatus(
    id: number,
    input: { state: DeploymentState; description: string; environmentUrl?: string; logUrl?: string },
  ): Promise<void>;
  /** The issue (newest open first, else newest closed) that carries `marker` and was written by this token's author. */
  findIssue(marker: string): Promise<Issue | undefined>;
  createIssue(input: { title: string; body: string; labels: readonly string[] }): Promise<Issue>;
  updateIssue(number: number, input: { title?: string; body?: string; state?: "open" | "closed" }): Promise<Issue>;
  commentIssue(number: number, body: string): Promise<{ readonly url: string }>;
}
