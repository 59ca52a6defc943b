import { context } from "@actions/github";
import type { JobFacts } from "@modelyard/operations/process/job-context";

/**
 * The job as @actions/github sees it. A file of its own, loaded when the event payload is known to be good: that library parses the payload while it is
 * loaded, and importing one name lets the bundler leave its Octokit out.
 */
export function actionsFacts(): JobFacts {
  const { eventName, sha, ref, workflow, actor, runId, serverUrl } = context;
  return { repository: process.env["GITHUB_REPOSITORY"], eventName, sha, ref, workflow, actor, runId: String(runId), serverUrl };
}
