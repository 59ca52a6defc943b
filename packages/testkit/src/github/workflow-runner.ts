import { randomUUID } from "node:crypto";
import type { Clock } from "@modelyard/base";
import type { RunControl } from "./answer.ts";
import type { ExpressionScope } from "./expression.ts";
import { interpolate, isConditionMet } from "./expression.ts";
import { type ActionCommand, type JobSetting, runJob } from "./job-runner.ts";
import { eventDocument, githubContext, githubVariables, type RunFacts } from "./run-event.ts";
import type { FakeToken, GitHubState, JobState, RunEvent, RunnerState, RunState, TriggerEvent, WorkflowState } from "./state.ts";
import { readWorkflows, type WorkflowFile, type WorkflowInput, type WorkflowJob } from "./workflow-file.ts";

export interface WorkflowRunnerOptions {
  readonly state: GitHubState;
  readonly clock: Clock;
  /** Checkout whose `.github/workflows` are served and in which jobs run; undefined: there are no workflows but those added as text. */
  readonly directory: string | undefined;
  /** Address of the fake, for `GITHUB_API_URL`. */
  readonly origin: () => string;
  /** A new token with these permissions, for one job; undefined: the workflow does not limit them. */
  mintToken(permissions: FakeToken["permissions"] | undefined): string;
  readonly env: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly actionsRoot: string;
  actionCommand(name: string): ActionCommand;
  readonly cancelGraceMs: number;
  /** Time until a new run appears in lists, ms. */
  listingLagMs(): number;
  readonly older: RunControl["older"];
  /** False: a dispatched run only waits; the test ends it with `finishRun`. */
  readonly execute: boolean;
  onLog(run: RunState, job: JobState, text: string): void;
}

export interface WorkflowRunner extends RunControl {
  addWorkflow(file: WorkflowFile): void;
  /** Starts a workflow by its file's name, as the event would; throws where it does not listen to the event. Filters of paths and branches are not looked at. */
  trigger(workflow: string, event: TriggerEvent): RunState;
  /** Starts queued jobs that a runner is free for. */
  schedule(): void;
  /** Ends a run by hand. */
  finishRun(id: number, conclusion: string): void;
  /** Resolves when no job is running. */
  idle(): Promise<void>;
  /** Cancels everything and waits for its end. */
  stop(): Promise<void>;
}

/** Inputs that a dispatch may carry (GitHub, since 2025-12-04). */
const MAX_INPUTS = 25;

/** What a run begins with. */
interface Start {
  readonly event: RunEvent;
  readonly ref: string;
  readonly sha: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly login: string;
}

interface Running {
  readonly run: RunState;
  readonly file: WorkflowFile;
  readonly abort: AbortController;
  readonly jobs: Map<string, { readonly job: WorkflowJob; readonly state: JobState }>;
}

/** The engine behind dispatches: runs, their jobs, the runners that take them. */
export function workflowRunner(options: WorkflowRunnerOptions): WorkflowRunner {
  const { state, clock } = options;
  const files = new Map<number, WorkflowFile>();
  const active = new Map<number, Running>();
  const work = new Set<Promise<void>>();

  const addWorkflow = (file: WorkflowFile): void => {
    const workflow: WorkflowState = { id: state.nextId(), path: file.path, name: file.name, created: clock.now() };
    state.workflows.push(workflow);
    files.set(workflow.id, file);
  };
  if (options.directory !== undefined) for (const file of readWorkflows(options.directory)) addWorkflow(file);

  const contexts = (run: RunFacts, token: string, needs: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
    github: {
      ...githubContext(state, run, options.origin()),
      event: eventDocument(state, run, options.origin()),
      workspace: options.directory ?? "",
      token,
    },
    inputs: run.inputs,
    vars: options.vars,
    secrets: { ...options.secrets, GITHUB_TOKEN: token },
    needs,
  });

  const trigger: WorkflowRunner["trigger"] = (name, event) => {
    const workflow = state.workflows.find((one) => one.path.endsWith(`/${name}`));
    const file = workflow && files.get(workflow.id);
    if (!workflow || !file?.events.includes(event.name)) throw new Error(`${name} does not run on ${event.name}`);
    const pull = event.name === "pull_request" ? state.issues.find((issue) => issue.number === event.number)?.pull : undefined;
    if (event.name === "pull_request" && !pull) throw new Error(`#${event.number} is not a pull request`);
    const ref = pull?.headRef ?? state.defaultBranch;
    return startRun(workflow, file, { event, ref, sha: pull?.headSha ?? state.refs.get(ref)!, inputs: {}, login: "mona" });
  };

  const dispatch: RunControl["dispatch"] = (request) => {
    const workflow = state.workflows.find((one) => String(one.id) === request.workflow || one.path.endsWith(`/${request.workflow}`));
    if (!workflow) return { kind: "refused", status: 404, message: "Not Found" };
    const file = files.get(workflow.id)!;
    const sha = state.refs.get(request.ref.replace(/^refs\/(?:heads|tags)\//, ""));
    if (sha === undefined) return { kind: "refused", status: 422, message: `No ref found for: ${request.ref}` };
    const problem = inputProblem(file.dispatchInputs, request.inputs);
    if (problem !== undefined) return { kind: "refused", status: 422, message: problem };
    const ref = request.ref.replace(/^refs\/(?:heads|tags)\//, "");
    const started = startRun(workflow, file, { ...request, event: { name: "workflow_dispatch" }, ref, sha });
    return { kind: "started", id: started.id };
  };

  const startRun = (workflow: WorkflowState, file: WorkflowFile, { event, ref, sha, inputs: given, login }: Start): RunState => {
    const declared = Object.entries(file.dispatchInputs ?? {}).map(([name, input]) => [name, String(given[name] ?? input.default)]);
    const now = clock.now();
    const facts: RunFacts = {
      id: state.nextId(),
      event,
      number: state.runs.filter((run) => run.workflow.id === workflow.id).length + 1,
      workflow,
      ref,
      sha,
      inputs: Object.fromEntries(declared) as Record<string, string>,
      login,
      created: now,
      listedFrom: now + options.listingLagMs(),
      updated: now,
      status: "queued",
      conclusion: null,
      cancelRequested: false,
    };
    const scope: ExpressionScope = { contexts: contexts(facts, ""), status: "success" };
    const run: RunState = { ...facts, title: file.runName === undefined ? workflow.name : interpolate(file.runName, scope), jobs: [] };
    const jobs = new Map<string, { job: WorkflowJob; state: JobState }>();
    for (const job of file.jobs) {
      const jobState: JobState = {
        id: state.nextId(),
        key: job.key,
        name: job.name,
        labels: job.runsOn.flatMap((label) => labelsOf(interpolate(label, scope))),
        status: "queued",
        conclusion: null,
        runner: undefined,
        started: now,
        completed: null,
        log: "",
        summary: "",
        outputs: {},
      };
      run.jobs.push(jobState);
      jobs.set(job.key, { job, state: jobState });
    }
    state.runs.push(run);
    active.set(run.id, { run: run, file, abort: new AbortController(), jobs });
    schedule();
    return run;
  };

  const schedule = (): void => {
    if (!options.execute) return;
    for (const running of [...active.values()]) {
      for (const { job, state: jobState } of running.jobs.values()) {
        if (jobState.status !== "queued") continue;
        const needed = job.needs.map((key) => running.jobs.get(key)?.state);
        if (needed.some((need) => need && need.status !== "completed")) continue;
        startJob(
          running,
          job,
          jobState,
          needed.filter((need) => need !== undefined),
        );
      }
      settle(running);
    }
  };

  const startJob = (running: Running, job: WorkflowJob, jobState: JobState, needed: readonly JobState[]): void => {
    const needs = Object.fromEntries(needed.map((need) => [need.key, { result: need.conclusion, outputs: need.outputs }]));
    const status = running.run.cancelRequested ? "cancelled" : needed.some((need) => need.conclusion !== "success") ? "failure" : "success";
    if (!isConditionMet(job.condition, { contexts: contexts(running.run, "", needs), status })) {
      end(running, jobState, running.run.cancelRequested ? "cancelled" : "skipped");
      return;
    }
    const runner = state.runners.find(
      (one) =>
        (one.hosted || !one.busy) && jobState.labels.every((label) => one.labels.some((own) => own.toLowerCase() === label.toLowerCase())),
    );
    if (!runner) return;
    const task: Promise<void> = carryOut(running, job, jobState, runner, needs).finally(() => {
      work.delete(task);
      schedule();
    });
    work.add(task);
  };

  const carryOut = async (
    running: Running,
    job: WorkflowJob,
    jobState: JobState,
    runner: RunnerState,
    needs: Readonly<Record<string, unknown>>,
  ): Promise<void> => {
    runner.busy = true;
    Object.assign(jobState, { status: "in_progress", runner, started: clock.now() });
    Object.assign(running.run, { status: "in_progress", updated: clock.now() });
    const write = (text: string): void => {
      jobState.log += text;
      options.onLog(running.run, jobState, text);
    };
    try {
      const outcome = await runJob(job, jobSetting(running, job, runner, needs, write));
      jobState.summary = outcome.summary;
      jobState.outputs = outcome.outputs;
      end(running, jobState, outcome.conclusion);
    } catch (error) {
      write(`##[error]${error instanceof Error ? error.message : String(error)}\n`);
      end(running, jobState, "failure");
    } finally {
      runner.busy = false;
    }
  };

  const jobSetting = (
    running: Running,
    job: WorkflowJob,
    runner: RunnerState,
    needs: Readonly<Record<string, unknown>>,
    onLog: (text: string) => void,
  ): JobSetting => {
    const context = contexts(running.run, options.mintToken(job.permissions), needs);
    const scope: ExpressionScope = { contexts: context, status: "success" };
    return {
      workspace: options.directory ?? process.cwd(),
      contexts: context,
      event: eventDocument(state, running.run, options.origin()),
      env: {
        CI: "true",
        GITHUB_ACTIONS: "true",
        GITHUB_JOB: job.key,
        RUNNER_NAME: runner.name,
        RUNNER_OS: "Linux",
        RUNNER_ARCH: "X64",
        RUNNER_ENVIRONMENT: runner.hosted ? "github-hosted" : "self-hosted",
        ...githubVariables(state, running.run, options.origin()),
        GITHUB_WORKSPACE: options.directory ?? "",
        ...options.env,
        ...Object.fromEntries(Object.entries(running.file.env).map(([key, value]) => [key, interpolate(value, scope)])),
      },
      actionsRoot: options.actionsRoot,
      actionCommand: options.actionCommand,
      signal: running.abort.signal,
      cancelGraceMs: options.cancelGraceMs,
      onLog,
    };
  };

  const end = (running: Running, jobState: JobState, conclusion: string): void => {
    Object.assign(jobState, { status: "completed", conclusion, completed: clock.now() });
    settle(running);
  };

  const settle = (running: Running): void => {
    const { run } = running;
    if (run.status === "completed" || run.jobs.some((job) => job.status !== "completed")) return;
    const conclusions = run.jobs.map((job) => job.conclusion);
    const conclusion = run.cancelRequested
      ? "cancelled"
      : conclusions.includes("failure")
        ? "failure"
        : conclusions.every((one) => one === "skipped")
          ? "skipped"
          : "success";
    complete(running, conclusion);
  };

  const complete = (running: Running, conclusion: string): void => {
    Object.assign(running.run, { status: "completed", conclusion, updated: clock.now() });
    active.delete(running.run.id);
  };

  const finishRun = (id: number, conclusion: string): void => {
    const running = active.get(id);
    if (!running) throw new Error(`run ${id} is not active`);
    for (const job of running.run.jobs) Object.assign(job, { status: "completed", conclusion, completed: clock.now() });
    complete(running, conclusion);
  };

  const cancel = (id: number): boolean => {
    const running = active.get(id);
    if (!running) return false;
    running.run.cancelRequested = true;
    running.abort.abort(new Error("cancelled"));
    const isStarted = running.run.jobs.some((job) => job.status === "in_progress");
    if (!isStarted) finishRun(id, "cancelled");
    return true;
  };

  const idle = async (): Promise<void> => {
    while (work.size > 0) await Promise.all([...work]);
  };

  const stop = async (): Promise<void> => {
    for (const id of [...active.keys()]) cancel(id);
    await idle();
  };

  return { dispatch, cancel, older: options.older, addWorkflow, trigger, schedule, finishRun, idle, stop };
}

/** `runs-on: ${{ fromJSON(...) }}` and a JSON array in a label give several labels. */
function labelsOf(label: string): string[] {
  return label.startsWith("[") ? (JSON.parse(label) as string[]) : [label];
}

/** GitHub's words for inputs that a workflow does not take. */
function inputProblem(
  declared: Readonly<Record<string, WorkflowInput>> | undefined,
  given: Readonly<Record<string, unknown>>,
): string | undefined {
  if (declared === undefined) return "Workflow does not have 'workflow_dispatch' trigger";
  if (Object.keys(declared).length > MAX_INPUTS || Object.keys(given).length > MAX_INPUTS)
    return `you may only define up to ${MAX_INPUTS} \`inputs\` for a \`workflow_dispatch\` event`;
  const unknown = Object.keys(given).filter((name) => !(name in declared));
  if (unknown.length > 0) return `Unexpected inputs provided: ${JSON.stringify(unknown)}`;
  for (const [name, input] of Object.entries(declared)) {
    if (input.required && !(name in given) && input.default === "") return `Required input '${name}' not provided`;
    const value = given[name];
    if (input.options && value !== undefined && !input.options.includes(String(value)))
      return `Provided value '${String(value)}' for input '${name}' not in the list of allowed values`;
  }
  return undefined;
}

/** A token value that no real token has, for jobs. */
export const freshJobToken = (): string => `ghs_${randomUUID().replaceAll("-", "")}`;
