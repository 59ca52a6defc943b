import type {
  CheckState,
  CommentState,
  DeploymentState,
  DeploymentStatusState,
  GitHubState,
  IssueState,
  JobState,
  RunnerState,
  RunState,
  WorkflowState,
} from "./state.ts";

type Document = { readonly [key: string]: unknown };

/** GitHub's times have no fraction of a second. */
export const gitHubTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

/** A stable small number from a text, for ids of users. */
const numberOf = (text: string): number => [...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 1_000_003, 7);
const nodeId = (kind: string, id: number | string): string => Buffer.from(`${kind}:${id}`).toString("base64url");

export interface Documents {
  readonly api: string;
  readonly html: string;
  user(login: string): Document;
  repository(): Document;
  fullRepository(): Document;
  issue(issue: IssueState): Document;
  comment(comment: CommentState): Document;
  pull(issue: IssueState): Document;
  fullPull(issue: IssueState): Document;
  check(check: CheckState): Document;
  deployment(deployment: DeploymentState): Document;
  deploymentStatus(deployment: DeploymentState, status: DeploymentStatusState): Document;
  workflow(workflow: WorkflowState): Document;
  run(run: RunState): Document;
  job(run: RunState, job: JobState): Document;
  runner(runner: RunnerState): Document;
}

/**
 * Builds the JSON of each thing as GitHub spells it; `origin` is both the REST address and the site. A comment that did not change is the same frozen object
 * again, so that lists of hundreds are not built, judged and written out anew for every reader.
 */
export function documents(state: GitHubState, origin: string): Documents {
  const full = `${state.owner}/${state.repo}`;
  const api = `${origin}/repos/${full}`;
  const html = `${origin}/${full}`;

  const users = new Map<string, Document>();
  const user = (login: string): Document => {
    const known = users.get(login) ?? Object.freeze(userOf(login));
    users.set(login, known);
    return known;
  };
  const userOf = (login: string): Document => {
    const url = `${origin}/users/${encodeURIComponent(login)}`;
    const id = numberOf(login);
    const isBot = login.endsWith("[bot]");
    const links = Object.fromEntries(
      ["events", "followers", "following", "gists", "organizations", "received_events", "repos", "starred", "subscriptions"].map((name) => [
        `${name}_url`,
        `${url}/${name}`,
      ]),
    );
    return {
      login,
      id,
      node_id: nodeId("User", id),
      avatar_url: `${url}/avatar`,
      gravatar_id: "",
      url,
      html_url: `${origin}/${encodeURIComponent(login)}`,
      ...links,
      type: isBot ? "Bot" : "User",
      site_admin: false,
    };
  };

  const REPOSITORY_LINKS =
    "archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees".split(
      " ",
    );
  const repository = (): Document => ({
    id: 1,
    node_id: nodeId("Repository", 1),
    name: state.repo,
    full_name: full,
    owner: user(state.owner),
    private: true,
    html_url: html,
    description: null,
    fork: false,
    url: api,
    ...Object.fromEntries(REPOSITORY_LINKS.map((name) => [`${name}_url`, `${api}/${name}`])),
  });

  const fullRepository = (): Document => ({
    ...repository(),
    ...Object.fromEntries(["clone", "git", "ssh", "svn"].map((name) => [`${name}_url`, `${html}.git`])),
    ...Object.fromEntries(
      "forks forks_count open_issues open_issues_count size stargazers_count watchers watchers_count network_count subscribers_count"
        .split(" ")
        .map((name) => [name, 0]),
    ),
    ...Object.fromEntries(
      "has_downloads has_projects has_wiki has_pages has_discussions archived disabled".split(" ").map((name) => [name, false]),
    ),
    has_issues: true,
    default_branch: state.defaultBranch,
    homepage: null,
    language: null,
    mirror_url: null,
    license: null,
    pushed_at: "2026-01-01T00:00:00Z",
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
  });

  const label = (name: string): Document => ({
    id: numberOf(name),
    node_id: nodeId("Label", name),
    url: `${api}/labels/${encodeURIComponent(name)}`,
    name,
    color: "ededed",
    default: false,
    description: null,
  });

  const issue = (it: IssueState): Document => {
    const url = `${api}/issues/${it.number}`;
    return {
      id: it.id,
      node_id: nodeId("Issue", it.id),
      number: it.number,
      title: it.title,
      body: it.body,
      state: it.state,
      locked: false,
      user: user(it.login),
      author_association: "NONE",
      labels: it.labels.map(label),
      assignee: null,
      milestone: null,
      comments: state.comments.filter((comment) => comment.issue === it.number).length,
      url,
      repository_url: api,
      labels_url: `${url}/labels`,
      comments_url: `${url}/comments`,
      events_url: `${url}/events`,
      html_url: `${html}/${it.pull ? "pull" : "issues"}/${it.number}`,
      created_at: gitHubTime(it.created),
      updated_at: gitHubTime(it.updated),
      closed_at: it.closed === undefined ? null : gitHubTime(it.closed),
      ...(it.pull
        ? {
            pull_request: {
              url: `${api}/pulls/${it.number}`,
              html_url: `${html}/pull/${it.number}`,
              diff_url: `${html}/pull/${it.number}.diff`,
              patch_url: `${html}/pull/${it.number}.patch`,
            },
          }
        : {}),
    };
  };

  const comments = new WeakMap<CommentState, { readonly body: string; readonly updated: number; readonly document: Document }>();
  const comment = (it: CommentState): Document => {
    const known = comments.get(it);
    if (known !== undefined && known.body === it.body && known.updated === it.updated) return known.document;
    const document = Object.freeze({
      id: it.id,
      node_id: nodeId("IssueComment", it.id),
      url: `${api}/issues/comments/${it.id}`,
      html_url: `${html}/issues/${it.issue}#issuecomment-${it.id}`,
      issue_url: `${api}/issues/${it.issue}`,
      body: it.body,
      user: user(it.login),
      author_association: "NONE",
      created_at: gitHubTime(it.created),
      updated_at: gitHubTime(it.updated),
    });
    comments.set(it, { body: it.body, updated: it.updated, document });
    return document;
  };

  const pull = (it: IssueState): Document => {
    if (!it.pull) throw new Error(`#${it.number} is not a pull request`);
    const url = `${api}/pulls/${it.number}`;
    const links = {
      comments: `${api}/issues/${it.number}/comments`,
      commits: `${url}/commits`,
      statuses: `${api}/statuses/${it.pull.headSha}`,
      issue: `${api}/issues/${it.number}`,
      review_comments: `${url}/comments`,
    };
    const branch = (repository: string, ref: string, sha: string): Document => {
      const [owner = "", name = ""] = repository.split("/");
      const repo = { ...fullRepository(), name, full_name: repository, owner: user(owner), fork: repository !== full };
      return { label: `${owner}:${ref}`, ref, sha, user: user(owner), repo };
    };
    return {
      id: it.id,
      node_id: nodeId("PullRequest", it.id),
      number: it.number,
      state: it.state,
      locked: false,
      title: it.title,
      body: it.body,
      user: user(it.login),
      labels: [],
      milestone: null,
      assignee: null,
      url,
      html_url: `${html}/pull/${it.number}`,
      diff_url: `${html}/pull/${it.number}.diff`,
      patch_url: `${html}/pull/${it.number}.patch`,
      issue_url: links.issue,
      commits_url: links.commits,
      comments_url: links.comments,
      review_comments_url: links.review_comments,
      review_comment_url: `${url}/comments{/number}`,
      statuses_url: links.statuses,
      head: branch(it.pull.headRepository, it.pull.headRef, it.pull.headSha),
      base: branch(full, it.pull.baseRef, state.refs.get(it.pull.baseRef) ?? ""),
      _links: {
        ...Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
        html: { href: `${html}/pull/${it.number}` },
        review_comment: { href: `${url}/comments{/number}` },
        self: { href: url },
      },
      author_association: "NONE",
      auto_merge: null,
      merge_commit_sha: null,
      created_at: gitHubTime(it.created),
      updated_at: gitHubTime(it.updated),
      closed_at: it.closed === undefined ? null : gitHubTime(it.closed),
      merged_at: null,
    };
  };

  const fullPull = (it: IssueState): Document => ({
    ...pull(it),
    ...Object.fromEntries("additions changed_files comments commits deletions review_comments".split(" ").map((name) => [name, 0])),
    mergeable: true,
    mergeable_state: "clean",
    merged: false,
    maintainer_can_modify: false,
    merged_by: null,
  });

  const check = (it: CheckState): Document => ({
    id: it.id,
    node_id: nodeId("CheckRun", it.id),
    head_sha: it.headSha,
    external_id: it.externalId,
    name: it.name,
    url: `${api}/check-runs/${it.id}`,
    html_url: `${html}/runs/${it.id}`,
    details_url: it.detailsUrl,
    status: it.status,
    conclusion: it.conclusion,
    started_at: gitHubTime(it.started),
    completed_at: it.completed === null ? null : gitHubTime(it.completed),
    output: {
      title: it.title,
      summary: it.summary,
      text: it.text,
      annotations_count: 0,
      annotations_url: `${api}/check-runs/${it.id}/annotations`,
    },
    check_suite: { id: 1 },
    app: null,
    pull_requests: [],
  });

  const deployment = (it: DeploymentState): Document => ({
    id: it.id,
    node_id: nodeId("Deployment", it.id),
    url: `${api}/deployments/${it.id}`,
    statuses_url: `${api}/deployments/${it.id}/statuses`,
    repository_url: api,
    sha: it.sha,
    ref: it.ref,
    task: it.task,
    payload: it.payload,
    environment: it.environment,
    original_environment: it.environment,
    description: it.description,
    creator: user(it.login),
    created_at: gitHubTime(it.created),
    updated_at: gitHubTime(it.statuses.at(-1)?.created ?? it.created),
    transient_environment: it.transient,
    production_environment: it.production,
  });

  const deploymentStatus = (it: DeploymentState, status: DeploymentStatusState): Document => ({
    id: status.id,
    node_id: nodeId("DeploymentStatus", status.id),
    url: `${api}/deployments/${it.id}/statuses/${status.id}`,
    deployment_url: `${api}/deployments/${it.id}`,
    repository_url: api,
    state: status.state,
    description: status.description,
    environment: it.environment,
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
    target_url: status.logUrl,
    creator: user(status.login),
    created_at: gitHubTime(status.created),
    updated_at: gitHubTime(status.created),
  });

  const workflow = (it: WorkflowState): Document => ({
    id: it.id,
    node_id: nodeId("Workflow", it.id),
    name: it.name,
    path: it.path,
    state: "active",
    created_at: gitHubTime(it.created),
    updated_at: gitHubTime(it.created),
    url: `${api}/actions/workflows/${it.id}`,
    html_url: `${html}/blob/${state.defaultBranch}/${it.path}`,
    badge_url: `${html}/workflows/${encodeURIComponent(it.name)}/badge.svg`,
  });

  const run = (it: RunState): Document => {
    const url = `${api}/actions/runs/${it.id}`;
    return {
      id: it.id,
      node_id: nodeId("WorkflowRun", it.id),
      name: it.workflow.name,
      display_title: it.title,
      path: it.workflow.path,
      head_branch: it.ref,
      head_sha: it.sha,
      run_number: it.number,
      run_attempt: 1,
      event: it.event.name,
      status: it.status,
      conclusion: it.conclusion,
      workflow_id: it.workflow.id,
      actor: user(it.login),
      triggering_actor: user(it.login),
      url,
      html_url: `${html}/actions/runs/${it.id}`,
      jobs_url: `${url}/jobs`,
      logs_url: `${url}/logs`,
      check_suite_url: `${api}/check-suites/1`,
      artifacts_url: `${url}/artifacts`,
      cancel_url: `${url}/cancel`,
      rerun_url: `${url}/rerun`,
      workflow_url: `${api}/actions/workflows/${it.workflow.id}`,
      pull_requests: [],
      created_at: gitHubTime(it.created),
      updated_at: gitHubTime(it.updated),
      run_started_at: gitHubTime(it.created),
      head_commit: null,
      repository: repository(),
      head_repository: repository(),
    };
  };

  const job = (of: RunState, it: JobState): Document => ({
    id: it.id,
    node_id: nodeId("Job", it.id),
    run_id: of.id,
    run_url: `${api}/actions/runs/${of.id}`,
    run_attempt: 1,
    head_sha: of.sha,
    head_branch: of.ref,
    workflow_name: of.workflow.name,
    name: it.name,
    url: `${api}/actions/jobs/${it.id}`,
    html_url: `${html}/actions/runs/${of.id}/job/${it.id}`,
    check_run_url: `${api}/check-runs/${it.id}`,
    status: it.status,
    conclusion: it.conclusion,
    created_at: gitHubTime(of.created),
    started_at: gitHubTime(it.started),
    completed_at: it.completed === null ? null : gitHubTime(it.completed),
    labels: it.labels,
    runner_id: it.runner?.id ?? null,
    runner_name: it.runner?.name ?? null,
    runner_group_id: it.runner ? 1 : null,
    runner_group_name: it.runner ? "Default" : null,
    steps: [],
  });

  const runner = (it: RunnerState): Document => ({
    id: it.id,
    name: it.name,
    os: "linux",
    status: "online",
    busy: it.busy,
    labels: it.labels.map((name) => ({ id: numberOf(name), name, type: "custom" })),
  });

  return {
    api,
    html,
    user,
    repository,
    fullRepository,
    issue,
    comment,
    pull,
    fullPull,
    check,
    deployment,
    deploymentStatus,
    workflow,
    run,
    job,
    runner,
  };
}
