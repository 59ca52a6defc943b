import type { Clock } from "@modelyard/base";

export interface FakeClock extends Clock {
  /** Moves time on by `durationMs`, waking every sleeper that falls due, in order; lets woken code run between wakes. */
  advance(durationMs: number): Promise<void>;
  /** Jumps the wall clock alone (NTP, daylight saving): sleepers and `monotonic` do not notice. */
  jump(durationMs: number): void;
  /** Sleeps in progress. */
  readonly sleeping: number;
  /** Every duration that was asked of `sleep`, in order. */
  readonly sleeps: readonly number[];
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** 2026-01-01T00:00:00Z, so that documents of tests have a stable time. */
const DEFAULT_START_MS = Date.UTC(2026, 0, 1);

/** Turns of the event loop given to woken code before time moves on; I/O on loopback needs a few. */
const TURNS = 3;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * A clock moved by hand. With `auto` true a sleep returns after one turn of the event loop and moves time on by its duration, so that code that waits
 * for hours ends at once.
 */
export function fakeClock(options: { readonly startMs?: number; readonly auto?: boolean } = {}): FakeClock {
  const start = options.startMs ?? DEFAULT_START_MS;
  let elapsed = 0;
  let skew = 0;
  const sleepers = new Set<Sleeper>();
  const sleeps: number[] = [];

  const sleepByHand = (durationMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        sleepers.delete(sleeper);
        signal?.removeEventListener("abort", onAbort);
        settle();
      };
      const onAbort = (): void => finish(() => reject(signal?.reason));
      const sleeper: Sleeper = { due: elapsed + durationMs, wake: () => finish(resolve) };
      sleepers.add(sleeper);
      signal?.addEventListener("abort", onAbort, { once: true });
    });

  const sleepAtOnce = async (durationMs: number, signal?: AbortSignal): Promise<void> => {
    const due = elapsed + durationMs;
    await turn();
    signal?.throwIfAborted();
    elapsed = Math.max(elapsed, due);
  };

  return {
    now: () => start + elapsed + skew,
    monotonic: () => elapsed,
    async sleep(durationMs, signal) {
      signal?.throwIfAborted();
      sleeps.push(durationMs);
      await (options.auto ? sleepAtOnce(durationMs, signal) : sleepByHand(durationMs, signal));
    },
    async advance(durationMs) {
      const end = elapsed + durationMs;
      for (;;) {
        for (let i = 0; i < TURNS; i++) await turn();
        const next = [...sleepers].filter((sleeper) => sleeper.due <= end).sort((a, b) => a.due - b.due)[0];
        if (!next) break;
        elapsed = Math.max(elapsed, next.due);
        next.wake();
      }
      elapsed = end;
    },
    jump(durationMs) {
      skew += durationMs;
    },
    get sleeping() {
      return sleepers.size;
    },
    sleeps,
  };
}
