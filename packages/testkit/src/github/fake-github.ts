import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Clock } from "@modelyard/base";
import type { RunControl } from "./answer.ts";
import { loadContract } from "./contract.ts";
import { type FaultRule, faults } from "./faults.ts";
import type { ActionCommand } from "./job-runner.ts";
import type { Operation } from "./operations.ts";
import { Service } from "./service.ts";
import {
  type CommentState,
  emptyState,
  type FakeToken,
  type GitHubState,
  type IssueState,
  type JobState,
  type RunnerState,
  type RunState,
  type TriggerEvent,
} from "./state.ts";
import { parseWorkflow } from "./workflow-file.ts";
import { freshJobToken, workflowRunner } from "./workflow-runner.ts";

export interface FakeGitHubOptions {
  readonly owner?: string | undefined;
  readonly repo?: string | undefined;
  readonly defaultBranch?: string | undefined;
  /** Token to what it may do. Default: `ghs_test`, which may do everything that a workflow can grant. */
  readonly tokens?: Readonly<Record<string, FakeToken>> | undefined;
  /** Checkout whose `.github/workflows` are served and in which jobs run. */
  readonly directory?: string | undefined;
  /** Self-hosted runners; the hosted labels `ubuntu-latest` and `ubuntu-24.04` are always served. */
  readonly runners?: readonly { readonly name: string; readonly labels: readonly string[] }[] | undefined;
  /** Command for `uses: ./actions/<name>`; default: this repository's `actions/<name>/src/main.ts` under the running Node. */
  readonly actionCommand?: ((name: string) => ActionCommand) | undefined;
  /** Environment of every job. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly vars?: Readonly<Record<string, string>> | undefined;
  readonly secrets?: Readonly<Record<string, string>> | undefined;
  /** False: dispatched runs wait for `finishRun`. Default true. */
  readonly execute?: boolean | undefined;
  /** An older server: `ignores-details` answers 204, `refuses-details` 422 to `return_run_details`. */
  readonly older?: RunControl["older"];
  /** Time until a run appears in lists, ms; default 0. */
  readonly listingLagMs?: (() => number) | undefined;
  /** Time that the answer to a request takes, ms of the clock; default 0. */
  readonly latencyMs?: (() => number) | undefined;
  readonly clock?: Clock | undefined;
  readonly cancelGraceMs?: number | undefined;
  readonly onLog?: ((run: RunState, job: JobState, text: string) => void) | undefined;
}

export interface Exchange {
  readonly operation: Operation | undefined;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Monotonic time of arrival, ms. */
  readonly atMs: number;
  readonly token: string;
}

export interface FakeGitHub extends AsyncDisposable {
  /** Base address of the REST interface and of the pages that `html_url` names. */
  readonly url: string;
  readonly owner: string;
  readonly repo: string;
  readonly state: GitHubState;
  /** Breaches of GitHub's own description, by the client or by the fake; must be empty. */
  readonly violations: readonly string[];
  readonly exchanges: readonly Exchange[];
  /** Requests that wait for their latency to pass on the clock. */
  readonly waiting: number;
  fail(rule: FaultRule): void;
  /** Opens a pull request, of a fork when `headRepository` (`owner/name`) is another; answers its number. */
  addPull(pull: { headSha: string; headRef?: string; title?: string; headRepository?: string }): number;
  addIssue(issue: { title: string; body?: string; login?: string; state?: "open" | "closed" }): IssueState;
  addComment(issue: number, body: string, login: string): CommentState;
  /** Adds a workflow from text, as if it were `.github/workflows/<name>`. */
  addWorkflow(name: string, yaml: string): void;
  addRunner(runner: { name: string; labels: readonly string[] }): void;
  /** Starts a workflow by its file's name, as a pull request or the schedule would; throws where it does not listen to that. */
  trigger(workflow: string, event: TriggerEvent): RunState;
  finishRun(id: number, conclusion: string): void;
  /** Resolves when no job is running. */
  idle(): Promise<void>;
  /** Stops everything; throws when there were violations. */
  close(): Promise<void>;
}

const EVERYTHING: FakeToken = {
  permissions: { actions: "write", checks: "write", contents: "write", deployments: "write", issues: "write", "pull-requests": "write" },
};
const HOSTED_LABELS = ["ubuntu-latest", "ubuntu-24.04"];
const CANCEL_GRACE_MS = 2_000;
const REPOSITORY_ROOT = path.resolve(import.meta.dirname, "../../../..");

const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
};

/** Starts a GitHub on a free loopback port. */
export async function startFakeGitHub(options: FakeGitHubOptions = {}): Promise<FakeGitHub> {
  const contract = loadContract();
  const clock = options.clock ?? systemClock;
  const state = emptyState(options.owner ?? "octo", options.repo ?? "yard", options.defaultBranch ?? "main");
  const tokens: Record<string, FakeToken> = { ...(options.tokens ?? { ghs_test: EVERYTHING }) };
  const mintToken = (permissions: FakeToken["permissions"] | undefined): string => {
    const token = freshJobToken();
    tokens[token] = permissions === undefined ? EVERYTHING : { permissions };
    return token;
  };
  const violations: string[] = [];
  const exchanges: Exchange[] = [];
  const injected = faults();
  let origin = "";

  const addRunner = (name: string, labels: readonly string[], hosted: boolean): void => {
    const runner: RunnerState = { id: state.nextId(), name, labels, hosted, busy: false };
    state.runners.push(runner);
  };
  addRunner("Hosted", HOSTED_LABELS, true);
  for (const runner of options.runners ?? []) addRunner(runner.name, runner.labels, false);

  const engine = workflowRunner({
    state,
    clock,
    directory: options.directory,
    origin: () => origin,
    mintToken,
    env: options.env ?? {},
    vars: options.vars ?? {},
    secrets: options.secrets ?? {},
    actionsRoot: REPOSITORY_ROOT,
    actionCommand:
      options.actionCommand ??
      ((name) => ({ command: process.execPath, args: [path.join(REPOSITORY_ROOT, "actions", name, "src", "main.ts")] })),
    cancelGraceMs: options.cancelGraceMs ?? CANCEL_GRACE_MS,
    listingLagMs: options.listingLagMs ?? (() => 0),
    older: options.older,
    execute: options.execute ?? true,
    onLog: options.onLog ?? (() => undefined),
  });

  const service = new Service({
    contract,
    clock,
    state,
    tokens,
    violations,
    exchanges,
    take: injected.take,
    runs: engine,
    origin: () => origin,
    latencyMs: options.latencyMs ?? (() => 0),
  });
  const server = createServer((request, response) => {
    service.serve(request, response).catch((error: unknown) => {
      violations.push(`the fake failed: ${error instanceof Error ? error.stack : String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const close = async (): Promise<void> => {
    await engine.stop();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    if (violations.length > 0) throw new Error(`the exchange with GitHub breaks GitHub's description:\n${violations.join("\n")}`);
  };

  const addIssue: FakeGitHub["addIssue"] = (issue) => {
    const now = clock.now();
    const number = state.issues.length + 1;
    const added: IssueState = {
      id: state.nextId(),
      number,
      title: issue.title,
      body: issue.body ?? "",
      state: issue.state ?? "open",
      labels: [],
      login: issue.login ?? "mona",
      created: now,
      updated: now,
      closed: issue.state === "closed" ? now : undefined,
    };
    state.issues.push(added);
    return added;
  };

  return {
    url: origin,
    owner: state.owner,
    repo: state.repo,
    state,
    violations,
    exchanges,
    get waiting() {
      return service.waiting;
    },
    fail: injected.add,
    addPull({ headSha, headRef, title, headRepository }) {
      const issue = addIssue({ title: title ?? "A change" });
      const from = headRepository ?? `${state.owner}/${state.repo}`;
      const pull = { headSha, headRef: headRef ?? "change", baseRef: state.defaultBranch, headRepository: from };
      state.issues[state.issues.length - 1] = { ...issue, pull };
      return issue.number;
    },
    addIssue,
    addComment(issue, body, login) {
      const comment: CommentState = { id: state.nextId(), issue, body, login, created: clock.now(), updated: clock.now(), edits: 0 };
      state.comments.push(comment);
      return comment;
    },
    addWorkflow: (name, yaml) => engine.addWorkflow(parseWorkflow(yaml, `.github/workflows/${name}`)),
    addRunner(runner) {
      addRunner(runner.name, runner.labels, false);
      engine.schedule();
    },
    trigger: engine.trigger,
    finishRun: engine.finishRun,
    idle: engine.idle,
    close,
    [Symbol.asyncDispose]: close,
  };
}
