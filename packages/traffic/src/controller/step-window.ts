import { type CallSnapshot, countsSince, emptySnapshot, type VersionPool } from "@modelyard/gateway";
import type { PairCounts, RoleCounts, Window } from "@modelyard/rollout";

/** Counters at a moment; a window is what came after it. */
export interface Mark {
  readonly atMs: number;
  readonly stable: CallSnapshot;
  readonly canary: CallSnapshot;
  readonly crashes: number;
  readonly pairs: PairCounts;
}

/** What is counted: the two versions' replicas and the mirrored pairs. */
export interface Counted {
  readonly stable: VersionPool | undefined;
  readonly canary: VersionPool | undefined;
  readonly pairs: PairCounts;
}

export function markOf(counted: Counted, atMs: number): Mark {
  return {
    atMs,
    stable: counted.stable?.recorder.snapshot() ?? emptySnapshot,
    canary: counted.canary?.recorder.snapshot() ?? emptySnapshot,
    crashes: counted.canary?.crashes ?? 0,
    pairs: counted.pairs,
  };
}

/** The window between two marks. */
export function windowBetween(from: Mark, to: Mark, counted: Counted, budgetMs: number | null): Window {
  return {
    stable: countsSince(to.stable, from.stable, budgetMs),
    canary: countsSince(to.canary, from.canary, budgetMs),
    pairs: {
      compared: to.pairs.compared - from.pairs.compared,
      lost: to.pairs.lost - from.pairs.lost,
      differed: to.pairs.differed - from.pairs.differed,
    },
    stableReady: counted.stable?.ready.length ?? 0,
    canaryReady: counted.canary?.ready.length ?? 0,
    canaryCrashes: Math.max(0, to.crashes - from.crashes),
  };
}

/** What the stable version answered between two marks. */
export function stableBetween(from: Mark, to: Mark): RoleCounts {
  return countsSince(to.stable, from.stable, null);
}
