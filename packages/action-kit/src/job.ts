import type { Log } from "@modelyard/base";
import type { JobContext } from "@modelyard/operations/context";
import { jobContextOf, jobFactsOf } from "@modelyard/operations/process/job-context";
import { readEvent } from "@modelyard/operations/process/read-event";
import type { Env } from "./read-input.ts";

/** The job this process runs in, from the environment and the event payload. */
export async function currentJob(env: Env, log: Log): Promise<JobContext> {
  const file = readEvent(env["GITHUB_EVENT_PATH"]);
  switch (file.kind) {
    case "none":
      return jobContextOf(jobFactsOf(env), undefined);
    case "unreadable":
      log.warning(`the event payload is left aside, so the pull request is not known: ${file.reason}`);
      return jobContextOf(jobFactsOf(env), undefined);
    case "event": {
      const { actionsFacts } = await import("./actions-facts.ts");
      return jobContextOf(actionsFacts(), file.event);
    }
  }
}
