import { messageOf } from "@modelyard/base";

/** A message needs no more to be understood. */
const MAX_LENGTH = 400;

/** The runtime's own reason without its source locations, on one line. */
export function runtimeMessage(thrown: unknown): string {
  const line = messageOf(thrown).split("\n")[0]!;
  return line.replace(/\/onnxruntime_src\/\S+ [^\n]*?\) (?=[A-Z[])/, "").slice(0, MAX_LENGTH);
}
