import type { Clock } from "@modelyard/base";
import type { RoleCounts } from "@modelyard/rollout";
import { addDuration, countAbove, type Histogram, histogramQuantile, histogramSince, newHistogram } from "./histogram.ts";

/** Calls of the model on one version since the gateway started. */
export interface CallSnapshot {
  readonly requests: number;
  readonly errors: number;
  readonly rejected: number;
  readonly histogram: Histogram;
  /** Ages of the calls in progress, in milliseconds. */
  readonly pendingMs: readonly number[];
}

export interface CallInProgress {
  /** `status` 0 stands for no answer at all; only the first end counts. */
  end(status: number): void;
  /** The client left before the answer came: a request that took this long, and nobody's error. */
  abandon(): void;
}

/** Counts the calls of one version. */
export interface CallRecorder {
  start(): CallInProgress;
  snapshot(): CallSnapshot;
}

export const emptySnapshot: CallSnapshot = { requests: 0, errors: 0, rejected: 0, histogram: newHistogram(), pendingMs: [] };

export function callRecorder(clock: Pick<Clock, "monotonic">): CallRecorder {
  const histogram = newHistogram();
  const pending = new Set<{ readonly startMs: number }>();
  let [requests, errors, rejected] = [0, 0, 0];
  return {
    start() {
      const mark = { startMs: clock.monotonic() };
      pending.add(mark);
      const close = (): boolean => {
        if (!pending.delete(mark)) return false;
        requests++;
        addDuration(histogram, clock.monotonic() - mark.startMs);
        return true;
      };
      return {
        end(status) {
          if (!close()) return;
          if (status === 0 || status >= 500) errors++;
          else if (status >= 400) rejected++;
        },
        abandon() {
          close();
        },
      };
    },
    snapshot() {
      const now = clock.monotonic();
      return { requests, errors, rejected, histogram: histogram.slice(), pendingMs: Array.from(pending, ({ startMs }) => now - startMs) };
    },
  };
}

/**
 * Counters between two snapshots. A call in progress that has passed the budget counts as a slow one already, since a hung version would otherwise
 * never show; `budgetMs` null counts no slow ones.
 */
export function countsSince(later: CallSnapshot, earlier: CallSnapshot, budgetMs: number | null): RoleCounts {
  const histogram = histogramSince(later.histogram, earlier.histogram);
  const overdue =
    budgetMs === null ? 0 : later.pendingMs.filter((ms) => ms > budgetMs).length - earlier.pendingMs.filter((ms) => ms > budgetMs).length;
  const requests = Math.max(0, later.requests - earlier.requests + overdue);
  const slow = budgetMs === null ? 0 : countAbove(histogram, budgetMs) + overdue;
  return {
    requests,
    errors: Math.min(requests, later.errors - earlier.errors),
    rejected: Math.min(requests, later.rejected - earlier.rejected),
    slow: Math.min(requests, Math.max(0, slow)),
    p50Ms: histogramQuantile(histogram, 0.5),
    p95Ms: histogramQuantile(histogram, 0.95),
  };
}
