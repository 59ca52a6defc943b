import { type Clock, type Log, userError } from "@modelyard/base";
import {
  applyEvent,
  describeEvent,
  foldEvents,
  type MeasuredBody,
  type Outcome,
  type RolloutEventBody,
  type RolloutState,
} from "@modelyard/rollout";
import type { Target } from "@modelyard/traffic";

/** Between two looks at the yard. */
const POLL_MS = 400;
/** Between two printed measurements whose verdict stays the same. */
const PRINT_MS = 10_000;

export interface WatchOptions {
  readonly target: Target;
  readonly rollout: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Time for a gateway to take it up; then it is withdrawn. */
  readonly claimTimeoutMs: number;
  /** Time to watch; the rollout goes on without us. */
  readonly timeoutMs: number;
  readonly onEvent?: ((event: RolloutEventBody, line: string) => Promise<void>) | undefined;
}

export interface Watched {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly state: RolloutState;
  /** One line for each decision, with its time. */
  readonly lines: readonly string[];
}

/** Follows a rollout to its end and prints its decisions. Throws ROLLOUT_UNCLAIMED, WATCH_TIMEOUT, and the signal's reason when it is aborted. */
export async function watchRollout(options: WatchOptions): Promise<Watched> {
  const { target, rollout, clock, signal } = options;
  const printer = printerOf(options);
  const startMs = clock.monotonic();
  let state: RolloutState | undefined;
  const lines: string[] = [];
  for (;;) {
    signal.throwIfAborted();
    for (const { event, seq, time } of await target.read(rollout, state?.seq ?? 0)) {
      state = state === undefined ? foldEvents([{ format: 1, seq, time, id: "", event }]) : applyEvent(state, event, seq);
      const line = describeEvent(event, state.plan);
      if (event.type !== "measured") lines.push(`${time.slice(11, 19)} ${line}`);
      printer.print(event, line);
      await options.onEvent?.(event, line);
    }
    if (state?.phase.kind === "finished") return { outcome: state.phase.outcome, reason: state.phase.reason, state, lines };
    const waitedMs = clock.monotonic() - startMs;
    if (state?.holder === null && waitedMs > options.claimTimeoutMs) await withdraw(options, state);
    if (waitedMs > options.timeoutMs) throw timedOut(options);
    await clock.sleep(POLL_MS, signal);
  }
}

async function withdraw({ target, rollout }: WatchOptions, state: RolloutState): Promise<void> {
  if (!(await target.withdraw(rollout, "no gateway took it up in time"))) return;
  throw userError(
    "ROLLOUT_UNCLAIMED",
    `no gateway took up rollout ${rollout} of ${state.model}@${state.version}; it is withdrawn`,
    `run \`modelyard gateway --model ${state.model} --yard ...\` on the machine that serves, with the same yard`,
  );
}

function timedOut({ rollout }: WatchOptions) {
  return userError(
    "WATCH_TIMEOUT",
    `rollout ${rollout} has not ended in the time to watch it; the gateway goes on with it`,
    "run the step again to watch it further, raise `timeout`, or abort it with the action rollback",
  );
}

function printerOf({ log, clock }: WatchOptions): { print(event: RolloutEventBody, line: string): void } {
  let last: { readonly verdict: MeasuredBody["verdict"]; readonly atMs: number } | undefined;
  return {
    print(event, line) {
      if (event.type !== "measured") {
        last = undefined;
        log.info(line);
        return;
      }
      const now = clock.monotonic();
      if (last !== undefined && last.verdict === event.verdict && now - last.atMs < PRINT_MS) return;
      last = { verdict: event.verdict, atMs: now };
      log.info(line);
      for (const gate of event.gates) log.info(`    ${gate.gate}: ${gate.verdict}: ${gate.reason}`);
    },
  };
}
