import { hasCode } from "@modelyard/base";
import type { Context } from "../context.ts";
import type { RecordInputs } from "./record-inputs.ts";
import { findRunFiles } from "./run-files.ts";

const FILES = ["model", "signature", "golden", "metrics"] as const;

/**
 * A training that failed or was cancelled may not have written its files; the run is still worth a record. Leaves out what is not there, with a warning. The
 * inputs of a training that succeeded come back as they are, so that a missing file is an error.
 */
export async function withPresentFiles(inputs: RecordInputs, context: Context): Promise<RecordInputs> {
  if (inputs.outcome === "succeeded" || inputs.outcome === "success") return inputs;
  const present: Record<string, string | readonly string[] | undefined> = {};
  for (const name of FILES) present[name] = (await isThere({ [name]: inputs[name] }, name, context)) ? inputs[name] : undefined;
  const artifacts: string[] = [];
  for (const pattern of inputs.artifacts ?? []) if (await isThere({ artifacts: [pattern] }, pattern, context)) artifacts.push(pattern);
  return { ...inputs, ...present, artifacts };
}

async function isThere(files: Parameters<typeof findRunFiles>[0], name: string, context: Context): Promise<boolean> {
  try {
    await findRunFiles(files, context.cwd);
    return true;
  } catch (error) {
    if (!hasCode(error, "FILE_MISSING")) throw error;
    context.log.warning(`${name}: not there after a training that did not succeed; left out of the record`);
    return false;
  }
}
