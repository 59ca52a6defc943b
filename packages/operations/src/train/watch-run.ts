import { formatDuration, messageOf } from "@modelyard/base";
import type { GitHub, WorkflowRun } from "@modelyard/github";
import type { RunEvent } from "@modelyard/lineage";
import { readRunEvents } from "@modelyard/registry";
import type { Yard } from "@modelyard/store";
import type { Context } from "../context.ts";
import { OutcomeError } from "../outcome-error.ts";
import { showEvent } from "./progress-lines.ts";

export interface WatchOptions {
  readonly yard: Yard;
  readonly github: GitHub;
  readonly run: string;
  readonly started: WorkflowRun;
  readonly timeoutMs: number;
  readonly pollIntervalMs: number;
  /** What is known when the wait ends early: a later step may need the run's address. */
  readonly outputs: object;
}

export interface Watched {
  readonly run: WorkflowRun;
  /** Everything that the training wrote into the yard. */
  readonly events: readonly RunEvent[];
}

/** A quiet run is looked at this many times less often than a lively one: 5 s becomes 60 s, within GITHUB_TOKEN's 1,000 requests an hour. */
const MAX_SLOWDOWN = 12;
const SLOWDOWN = 1.5;

/** Follows a run to its end, showing its events as they come. A cancelled or timed-out wait cancels the run first. Throws TRAIN_TIMEOUT, CANCELLED. */
export async function watchRun(options: WatchOptions, context: Context): Promise<Watched> {
  try {
    return await follow(options, context);
  } catch (error) {
    const isOver = context.signal.aborted || (error instanceof Error && "code" in error && error.code === "TRAIN_TIMEOUT");
    if (isOver) await cancel(options, context);
    throw error;
  }
}

async function follow(options: WatchOptions, context: Context): Promise<Watched> {
  const { clock } = context;
  const until = clock.monotonic() + options.timeoutMs;
  const events: RunEvent[] = [];
  let run = options.started;
  for (let waitMs = options.pollIntervalMs; ; ) {
    context.signal.throwIfAborted();
    const seen = await options.github.getRun(run.id);
    // Events are read after the status, so that the last ones of a run that has ended are not missed.
    const fresh = await readRunEvents(options.yard, options.run, { after: events.at(-1)?.seq ?? 0, signal: context.signal });
    for (const event of fresh) showEvent(event, context.log);
    events.push(...fresh);
    if (seen.status !== run.status) context.log.info(`run ${seen.status.replace("_", " ")}: ${seen.url}`);
    const isLively = fresh.length > 0 || seen.status !== run.status;
    run = seen;
    if (run.status === "completed") return { run, events };
    if (clock.monotonic() >= until) throw timeout(options, run);
    waitMs = isLively ? options.pollIntervalMs : Math.min(options.pollIntervalMs * MAX_SLOWDOWN, waitMs * SLOWDOWN);
    await clock.sleep(Math.max(1, Math.min(waitMs, until - clock.monotonic())), context.signal);
  }
}

async function cancel(options: WatchOptions, context: Context): Promise<void> {
  try {
    const isCancelled = await options.github.cancelRun(options.started.id);
    context.log.notice(
      isCancelled ? `the training run was cancelled: ${options.started.url}` : `the training run had ended: ${options.started.url}`,
    );
  } catch (error) {
    // The reason for the cancellation is the error to show; this one is said beside it.
    context.log.warning(`the training run could not be cancelled (${messageOf(error)}): cancel it at ${options.started.url}`);
  }
}

function timeout({ timeoutMs, started, outputs }: WatchOptions, { status }: WorkflowRun): Error {
  const isRunning = status === "in_progress" || status === "completed";
  return new OutcomeError({
    code: "TRAIN_TIMEOUT",
    message: `the training run did not ${isRunning ? "end" : "start"} within ${formatDuration(timeoutMs)}${isRunning ? "" : ` (it is ${status})`}, and was cancelled: ${started.url}`,
    hint: isRunning
      ? "raise `timeout`, or set `wait: false` and go on from a workflow_run of the training workflow"
      : "no runner took it: look whether one with the labels of its `runs-on` is online, or waits for an approval; then run this job again",
    outputs,
  });
}
