import type { Verdict } from "@modelyard/evaluate";
import type { YardInputs } from "../open-yard.ts";

export type EvaluatedSplit = "train" | "validation" | "test" | "all";

export interface EvaluateInputs extends YardInputs {
  /** ONNX file or `name@version`; or `run`, or `predictions`. */
  readonly model?: string | undefined;
  /** Recorded run whose model is judged. */
  readonly run?: string | undefined;
  readonly predictions?: string | undefined;
  readonly signature?: string | undefined;
  /** `name@version` or a pointer file. */
  readonly dataset?: string | undefined;
  readonly split: EvaluatedSplit;
  readonly baseline?: string | undefined;
  /** Model name: whose production version is the baseline, and what the documents call the candidate. */
  readonly name?: string | undefined;
  readonly metric?: string | undefined;
  readonly require?: "improved" | "not-regressed" | undefined;
  readonly margin?: number | undefined;
  /** Gates as in modelyard.yml. */
  readonly gates?: unknown;
  readonly slices?: readonly string[] | undefined;
  readonly task?: "auto" | "classification" | "regression" | undefined;
  readonly idColumn?: string | undefined;
  readonly labelColumn?: string | undefined;
  readonly predictionColumn?: string | undefined;
  readonly scoreColumn?: string | undefined;
  readonly batchSize: number;
  /** Longest opening or call of a model, milliseconds. */
  readonly timeout: number;
  readonly output: string;
  readonly dryRun?: boolean | undefined;
}

export interface EvaluateOutputs {
  /** Paths of the documents; undefined in a dry run. */
  readonly metrics: string | undefined;
  readonly comparison: string | undefined;
  readonly predictionsPath: string | undefined;
  readonly verdict: Verdict;
  readonly passed: boolean;
  readonly examples: number;
  readonly accuracy: number | undefined;
  readonly balancedAccuracy: number | undefined;
  readonly macroF1: number | undefined;
  readonly auc: number | undefined;
  readonly logLoss: number | undefined;
  readonly mae: number | undefined;
  readonly rmse: number | undefined;
  readonly r2: number | undefined;
}
