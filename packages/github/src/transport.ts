import { type Clock, isModelyardError, type Log, type Random } from "@modelyard/base";
import { explain } from "./explain.ts";
import { type Failure, failureOfError, failureOfReply, type ReplyHeaders } from "./failure.ts";
import { OPERATIONS, type OperationName } from "./permissions.ts";

export interface Reply<T> {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly data: T;
}

export interface TransportOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  /** Removes the token from a text. */
  readonly redact: (text: string) => string;
  /** Least time between two writes, ms: GitHub asks for a second. */
  readonly writeSpacingMs: number;
  /** Longest that one call waits for limits, ms. */
  readonly maxLimitWaitMs: number;
}

export interface CallOptions {
  /** What is named in messages: `#7`, `train.yml`. */
  readonly target: string;
  readonly signal?: AbortSignal | undefined;
}

/** How a write that may have taken effect is looked up before it is sent again: its result, or undefined when it did not happen. */
export type Verify<T> = () => Promise<T | undefined>;

export interface Transport {
  /** Sends a read until it is answered: 5xx, cut connections and limits are tried again. */
  read<T>(operation: OperationName, options: CallOptions, send: () => Promise<Reply<T>>): Promise<Reply<T>>;
  /** The same, or `not-modified` for the 304 of a conditional read. */
  readIfChanged<T>(operation: OperationName, options: CallOptions, send: () => Promise<Reply<T>>): Promise<Reply<T> | "not-modified">;
  /** Sends a write, one at a time; after a failure that may hide an effect `verify` is asked before it is sent again. */
  write<T>(operation: OperationName, options: CallOptions, send: () => Promise<Reply<T>>, verify: Verify<T>): Promise<T>;
  /** One attempt of a write (limits are waited out); the caller handles its failure. */
  writeOnce<T>(operation: OperationName, options: CallOptions, send: () => Promise<Reply<T>>): Promise<End<T>>;
}

/** Attempts of one call at 5xx and cut connections: the waits between them are 1, 2, 4 and 8 s, so about 15 s of outage are bridged. */
const MAX_ATTEMPTS = 5;
const FIRST_BACKOFF_MS = 1_000;
/** GitHub asks for at least a minute where a secondary limit names no time, doubling. */
const UNKNOWN_LIMIT_WAIT_MS = 60_000;

/** Runs work one after the other, in the order of its calls. */
function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    // The queue goes on whatever this one's end; its caller hears of a failure through `mine`.
    last = mine.catch(() => undefined);
    return mine;
  };
}

type End<T> = { readonly kind: "done"; readonly reply: Reply<T> } | { readonly kind: "failed"; readonly failure: Failure };

/**
 * The one place that every request passes: one request at a time (as GitHub asks, and so that none is under way when another is told of a limit), waits for
 * limits, spaces writes, retries reads, verifies writes.
 */
export function createTransport(options: TransportOptions): Transport {
  const { clock, log, random } = options;
  const inTurn = queue();
  const inWriteTurn = queue();
  let blockedUntil = 0;
  let lastWrite = Number.NEGATIVE_INFINITY;

  const pause = async (untilMs: number, signal: AbortSignal | undefined): Promise<void> => {
    for (let left = untilMs - clock.monotonic(); left > 0; left = untilMs - clock.monotonic()) await clock.sleep(left, signal);
  };

  const attempt = async <T>(send: () => Promise<Reply<T>>): Promise<End<T>> => {
    try {
      return { kind: "done", reply: await send() };
    } catch (error) {
      if (isModelyardError(error)) throw error;
      const failure = failureOf(error, clock.now());
      return { kind: "failed", failure: "message" in failure ? { ...failure, message: options.redact(failure.message) } : failure };
    }
  };

  /** One attempt, or undefined when a limit became known while it stood in the queue. */
  const attemptInTurn = <T>(send: () => Promise<Reply<T>>): Promise<End<T> | undefined> =>
    inTurn(async () => {
      if (clock.monotonic() < blockedUntil) return undefined;
      const end = await attempt(send);
      if (end.kind === "failed" && end.failure.kind === "limited")
        blockedUntil = Math.max(blockedUntil, clock.monotonic() + (end.failure.waitMs ?? UNKNOWN_LIMIT_WAIT_MS));
      return end;
    });

  /** Waits out limits; any other end is returned. */
  const attemptPastLimits = async <T>(operation: OperationName, call: CallOptions, send: () => Promise<Reply<T>>): Promise<End<T>> => {
    const startedAt = clock.monotonic();
    for (let round = 0; ; ) {
      await pause(blockedUntil, call.signal);
      call.signal?.throwIfAborted();
      const end = await attemptInTurn(send);
      if (end?.kind === "done" || (end && end.failure.kind !== "limited")) return end;
      if (end?.kind === "failed" && end.failure.kind === "limited" && end.failure.waitMs === undefined)
        blockedUntil += UNKNOWN_LIMIT_WAIT_MS * (2 ** round++ - 1);
      const waitMs = blockedUntil - clock.monotonic();
      if (clock.monotonic() + waitMs - startedAt > options.maxLimitWaitMs)
        throw explain(operation, call.target, { kind: "limited", status: 429, message: "", waitMs });
      if (end) log.info(`GitHub's limit: waiting ${Math.ceil(waitMs / 1000)} s before trying to ${OPERATIONS[operation].title} again`);
    }
  };

  const backoff = (tries: number, signal: AbortSignal | undefined): Promise<void> =>
    clock.sleep(FIRST_BACKOFF_MS * 2 ** tries * (0.75 + random.next() / 2), signal);

  const readIfChanged: Transport["readIfChanged"] = async (operation, call, send) => {
    for (let tries = 0; ; tries++) {
      const end = await attemptPastLimits(operation, call, send);
      if (end.kind === "done") return end.reply;
      if (end.failure.kind === "not-modified") return "not-modified";
      call.signal?.throwIfAborted();
      if (end.failure.kind !== "transient" || tries + 1 >= MAX_ATTEMPTS) throw explain(operation, call.target, end.failure);
      log.debug(`GitHub failed to ${OPERATIONS[operation].title} (${end.failure.message}); trying again`);
      await backoff(tries, call.signal);
    }
  };

  const writeOnce: Transport["writeOnce"] = (operation, call, send) =>
    inWriteTurn(async () => {
      await pause(lastWrite + options.writeSpacingMs, call.signal);
      const end = await attemptPastLimits(operation, call, send);
      lastWrite = clock.monotonic();
      return end;
    });

  return {
    async read(operation, call, send) {
      const reply = await readIfChanged(operation, call, send);
      if (reply === "not-modified")
        throw explain(operation, call.target, { kind: "refused", status: 304, message: "Not modified", acceptedPermissions: undefined });
      return reply;
    },
    readIfChanged,
    writeOnce,
    async write(operation, call, send, verify) {
      for (let tries = 0; ; tries++) {
        const end = await writeOnce(operation, call, send);
        if (end.kind === "done") return end.reply.data;
        call.signal?.throwIfAborted();
        if (end.failure.kind !== "transient" || tries + 1 >= MAX_ATTEMPTS) throw explain(operation, call.target, end.failure);
        await backoff(tries, call.signal);
        const found = end.failure.isUnsent ? undefined : await verify();
        if (found !== undefined) return found;
      }
    },
  };
}

interface ErrorWithReply {
  readonly status: number;
  readonly response: { readonly headers: ReplyHeaders; readonly data: unknown };
}

function hasReply(error: unknown): error is ErrorWithReply {
  return (
    error instanceof Error && "response" in error && typeof error.response === "object" && error.response !== null && "status" in error
  );
}

function failureOf(error: unknown, nowMs: number): Failure {
  if (!hasReply(error)) return failureOfError(error);
  return failureOfReply({ status: error.status, headers: error.response.headers, message: wordsOf(error.response.data) }, nowMs);
}

/** GitHub's own words: the message and the reasons below it. */
function wordsOf(data: unknown): string {
  if (typeof data !== "object" || data === null || !("message" in data))
    return typeof data === "string" ? data.slice(0, 200) : "no reason given";
  const errors = "errors" in data && Array.isArray(data.errors) ? (data.errors as unknown[]) : [];
  const reasons = errors.map((one) =>
    typeof one === "object" && one !== null && "message" in one ? String(one.message) : JSON.stringify(one),
  );
  return [String(data.message), ...reasons].join("; ").slice(0, 1_000);
}
