import type { Tensor } from "@modelyard/model";
import type { OnnxPort } from "./inspect.ts";

/** An opened model, in this process or in a child of its own. */
export interface ModelSession {
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /** Outputs in the model's order. Throws MODEL_INPUT_INVALID, MODEL_RUN_FAILED; an isolated model also MODEL_TIMEOUT, MODEL_KILLED. */
  run(inputs: readonly Tensor[]): Promise<Tensor[]>;
  close(): Promise<void>;
}
