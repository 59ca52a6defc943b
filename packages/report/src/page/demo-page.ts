import type { ColumnDrift } from "@modelyard/drift";
import type { Graph } from "../mermaid.ts";
import type { IntervalRow } from "../svg/interval-chart.ts";

/** How a step or a rollout ended, for colour and symbol. */
export type PageVerdict = "pass" | "inconclusive" | "fail" | "info";

/** One number of the page's head. */
export interface PageFact {
  readonly label: string;
  /** Shown large: `0.965`, `4,812`. */
  readonly value: string;
  /** Shown small below it. */
  readonly note?: string | undefined;
}

/** One step of the loop: what was decided, and why. All texts are plain. */
export interface PageStep {
  /** Name of the action or event: `dataset-push`, `promote`. */
  readonly action: string;
  readonly title: string;
  readonly decision: string;
  readonly why: string;
  readonly verdict: PageVerdict;
  readonly durationMs: number;
  /** Facts under the step: `["version", "digits@2"]`. */
  readonly details: readonly (readonly [string, string])[];
}

/** A comment as GitHub shows it. */
export interface PageComment {
  /** Where it was posted: `Pull request #7`. */
  readonly title: string;
  /** Rendered markdown (GFM); the page keeps allow-listed elements and draws alert boxes. */
  readonly html: string;
}

/** Counters of one version in one window. */
export interface PageCounts {
  readonly requests: number;
  readonly errors: number;
  readonly p95Ms: number | null;
}

/** One measurement of a rollout. */
export interface PageSample {
  /** Milliseconds since the rollout began, at the window's end. */
  readonly timeMs: number;
  readonly canaryPercent: number;
  readonly mirrorPercent: number;
  /** Counts of this window alone. */
  readonly stable: PageCounts;
  readonly canary: PageCounts;
}

export interface PageRolloutStep {
  /** `shadow`, `10 %`. */
  readonly label: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly verdict: PageVerdict;
  readonly reason: string;
}

/** One rollout over time. */
export interface PageRollout {
  readonly title: string;
  readonly outcome: "promoted" | "rolled back" | "aborted" | "running";
  readonly why: string;
  readonly endMs: number;
  readonly samples: readonly PageSample[];
  readonly steps: readonly PageRolloutStep[];
  readonly events: readonly { readonly timeMs: number; readonly text: string; readonly verdict: PageVerdict }[];
}

/** One column's two distributions, bin by bin. */
export interface PageHistogram {
  readonly column: string;
  readonly note: string;
  readonly labels: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** One drift report with the distributions behind it. */
export interface PageDrift {
  readonly title: string;
  /** The decision in one sentence. */
  readonly decision: string;
  readonly verdict: PageVerdict;
  /** PSI above which a column counts as drifted. */
  readonly threshold: number;
  readonly columns: readonly Pick<ColumnDrift, "name" | "psi" | "verdict">[];
  readonly histograms: readonly PageHistogram[];
}

/** A comparison drawn as differences with their intervals; positive is better (turn the sign of metrics where lower is better). */
export interface PageComparison {
  readonly title: string;
  readonly margin: number;
  readonly rows: readonly IntervalRow[];
}

/** Everything the demo's page shows. Lists may be empty; their part of the page is then left out. */
export interface DemoPage {
  readonly title: string;
  readonly subtitle: string;
  /** RFC 3339 time of the run. */
  readonly generated: string;
  readonly facts: readonly PageFact[];
  readonly steps: readonly PageStep[];
  readonly comparisons: readonly PageComparison[];
  readonly comments: readonly PageComment[];
  readonly rollouts: readonly PageRollout[];
  readonly drift: readonly PageDrift[];
  readonly lineage: Graph;
  /** Parts of the demo that were not the real thing, a sentence each. */
  readonly fakes: readonly string[];
}
