/** Port of time; injected, so that tests advance it by hand. */
export interface Clock {
  /** Milliseconds since 1970, wall time. */
  now(): number;
  /** Milliseconds that never go back, from an arbitrary start. */
  monotonic(): number;
  /** Resolves after `durationMs`; rejects with the signal's reason when aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** RFC 3339 in UTC with milliseconds. */
export function isoTime(clock: Pick<Clock, "now">): string {
  return new Date(clock.now()).toISOString();
}
