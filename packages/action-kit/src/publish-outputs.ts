import * as core from "@actions/core";
import { type ActionSpec, formatOutputs, type OutputsOf } from "@modelyard/inputs";

/** Sets the declared outputs of the step; absent ones stay unset. */
export function publishOutputs<S extends ActionSpec>(spec: S, outputs: OutputsOf<S>, redact: (text: string) => string): void {
  for (const [name, text] of formatOutputs(spec, outputs)) core.setOutput(name, redact(text));
}
