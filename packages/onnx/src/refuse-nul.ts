import { userError } from "@modelyard/base";
import type { Tensor } from "@modelyard/model";

/** Refuses texts that hold a NUL: the native binding would cut them there without a word (onnxruntime-node 1.30.0). Throws MODEL_INPUT_INVALID. */
export function refuseNul(inputs: readonly Tensor[], what: string): void {
  for (const { name, data } of inputs) {
    const index = Array.isArray(data) ? data.findIndex((text) => text.includes("\0")) : -1;
    if (index >= 0)
      throw userError(
        "MODEL_INPUT_INVALID",
        `${what}: text ${index} of the input ${name} holds a NUL character`,
        "remove NUL characters from texts",
      );
  }
}
