import type { Comparison } from "@modelyard/evaluate";
import type { Traffic } from "./traffic.ts";

/** What the page and the closing words need from the story. */
export interface Told {
  readonly comparisons: readonly { readonly title: string; readonly comparison: Comparison }[];
  readonly rollouts: readonly { readonly title: string; readonly id: string }[];
  readonly traffic: Traffic;
  readonly driftReport: string;
}
