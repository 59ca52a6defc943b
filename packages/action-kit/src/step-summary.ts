import * as core from "@actions/core";
import type { Log } from "@modelyard/base";
import type { Env } from "./read-input.ts";

/** GitHub refuses a step's summary above 1 MiB. */
const MAX_SUMMARY_BYTES = 1024 * 1024;

/** Appends markdown to the job summary; where there is none, prints it in a group of the log. */
export function stepSummary(env: Env, log: Log, redact: (text: string) => string): (markdown: string) => Promise<void> {
  let written = 0;
  return async (markdown) => {
    const text = `${redact(markdown).toWellFormed()}\n`;
    const path = env["GITHUB_STEP_SUMMARY"];
    if (path === undefined || path === "") return log.group("Summary", async () => log.info(text));
    written += Buffer.byteLength(text);
    if (written > MAX_SUMMARY_BYTES) return log.warning("the job summary would exceed GitHub's 1 MiB: this part of it is left out");
    await core.summary.addRaw(text).write();
  };
}
