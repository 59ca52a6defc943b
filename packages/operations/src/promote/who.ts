import type { Context } from "../context.ts";

/** Who asks, as rollouts say it: the workflow run, or the user of the command line. */
export function whoAsks({ job, env }: Context): string {
  if (job.runUrl !== undefined) return `${job.actor ?? "a workflow"} (${job.runUrl})`;
  return `${env["USER"] ?? env["USERNAME"] ?? "someone"} on the command line`;
}
