import { type Clock, isModelyardError, type Log, type Random } from "@modelyard/base";
import type { BlobStore, CallOptions, ObjectInfo } from "./blob-store.ts";

export interface RetryOptions {
  readonly clock: Pick<Clock, "sleep">;
  readonly random: Random;
  readonly log?: Log | undefined;
  /** Calls at most, the first included. */
  readonly attempts?: number | undefined;
  /** Longest first pause; each further one is twice as long, up to `capMs`; the pause is a uniform part of that (full jitter). */
  readonly baseMs?: number | undefined;
  readonly capMs?: number | undefined;
}

/** Six calls over about 30 s outlast a fail-over of a store; longer outages are for the workflow to retry. */
const DEFAULT_ATTEMPTS = 6;
const DEFAULT_BASE_MS = 250;
const DEFAULT_CAP_MS = 20_000;
/** A server that asks for a longer pause is told "no" instead: the job pays for waiting. */
const MAX_RETRY_AFTER_MS = 120_000;

/**
 * The store with failed calls made again when their error says `retryable`; the pause honours the error's detail `retryAfterMs`. A stream that breaks goes on
 * where it broke (objects never change). A put whose reply was lost answers `exists`: the caller compares contents.
 */
export function withRetry(store: BlobStore, options: RetryOptions): BlobStore {
  const retry = new Retry(options);
  return {
    location: store.location,
    get: (key, call) => retry.run(() => store.get(key, call), call?.signal),
    head: (key, call) => retry.run(() => store.head(key, call), call?.signal),
    putIfAbsent: (key, body, call) => retry.run(() => store.putIfAbsent(key, body, call), call?.signal),
    delete: (key, call) => retry.run(() => store.delete(key, call), call?.signal),
    async read(key, call) {
      const first = await retry.run(() => store.read(key, call), call?.signal);
      return first && continuedRead(store, key, first, retry, call);
    },
    list: (prefix, call) => continuedList(store, prefix, retry, call),
  };
}

/** How often and when a call is made again. */
export class Retry {
  private readonly options: RetryOptions;
  private readonly attempts: number;

  constructor(options: RetryOptions) {
    this.options = options;
    this.attempts = options.attempts ?? DEFAULT_ATTEMPTS;
  }

  async run<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        await this.pause(error, attempt, signal);
      }
    }
  }

  /** Waits before the next attempt, or throws the error when there is none. */
  async pause(error: unknown, attempt: number, signal: AbortSignal | undefined): Promise<void> {
    if (!isModelyardError(error) || !error.retryable || attempt >= this.attempts) throw error;
    const asked = error.details["retryAfterMs"];
    if (typeof asked === "number" && asked > MAX_RETRY_AFTER_MS) throw error;
    const bound = Math.min(this.options.capMs ?? DEFAULT_CAP_MS, (this.options.baseMs ?? DEFAULT_BASE_MS) * 2 ** (attempt - 1));
    const pauseMs = Math.max(typeof asked === "number" ? asked : 0, this.options.random.next() * bound);
    this.options.log?.debug(`${error.message}; trying again in ${Math.round(pauseMs)}ms (${attempt} of ${this.attempts - 1})`);
    await this.options.clock.sleep(pauseMs, signal);
  }
}

async function* continuedRead(
  store: BlobStore,
  key: string,
  first: AsyncIterable<Uint8Array>,
  retry: Retry,
  call: CallOptions | undefined,
): AsyncGenerator<Uint8Array> {
  let stream = first;
  let given = 0;
  for (let attempt = 1; ; ) {
    let skip = given;
    try {
      for await (const bytes of stream) {
        const fresh = bytes.subarray(Math.min(skip, bytes.length));
        skip -= bytes.length - fresh.length;
        if (fresh.length === 0) continue;
        given += fresh.length;
        attempt = 1;
        yield fresh;
      }
      return;
    } catch (error) {
      await retry.pause(error, attempt++, call?.signal);
      const again = await retry.run(() => store.read(key, call), call?.signal);
      if (!again) throw error;
      stream = again;
    }
  }
}

async function* continuedList(
  store: BlobStore,
  prefix: string,
  retry: Retry,
  call: (CallOptions & { after?: string }) | undefined,
): AsyncGenerator<ObjectInfo> {
  let after = call?.after;
  for (let attempt = 1; ; ) {
    try {
      for await (const info of store.list(prefix, { ...call, ...(after === undefined ? {} : { after }) })) {
        after = info.key;
        attempt = 1;
        yield info;
      }
      return;
    } catch (error) {
      await retry.pause(error, attempt++, call?.signal);
    }
  }
}
