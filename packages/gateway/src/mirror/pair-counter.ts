import type { PairCounts } from "@modelyard/rollout";
import type { Comparison } from "./compare-answers.ts";

/** Counts what became of mirrored requests. */
export interface PairCounter {
  add(comparison: Comparison): void;
  snapshot(): PairCounts;
}

export function pairCounter(): PairCounter {
  let [compared, lost, differed] = [0, 0, 0];
  return {
    add(comparison) {
      if (comparison.kind === "compared") {
        compared += comparison.rows;
        differed += comparison.differing;
      } else if (comparison.kind === "lost") lost++;
    },
    snapshot: () => ({ compared, lost, differed }),
  };
}
