import type { GitHub } from "@modelyard/github";
import type { Context } from "../context.ts";

/** Warns when no self-hosted runner could take the job; where the token may not list the runners there is nothing to say. Hosted runners are always there. */
export async function warnOfMissingRunner(github: GitHub, labels: readonly string[], context: Context): Promise<void> {
  if (!labels.includes("self-hosted")) return;
  const list = await github.listRunners();
  if (list.kind === "unknown") {
    context.log.debug(`whether a runner has the labels ${labels.join(", ")} is not known: ${list.reason}`);
    return;
  }
  const wanted = labels.map((label) => label.toLowerCase());
  const fitting = list.runners.filter((runner) => wanted.every((label) => runner.labels.some((own) => own.toLowerCase() === label)));
  if (fitting.length === 0)
    context.log.warning(
      `no self-hosted runner of this repository has the labels ${labels.join(", ")}: the run will wait until one does (runners of the organisation are not listed)`,
    );
  else if (!fitting.some((runner) => runner.isOnline))
    context.log.warning(
      `no runner with the labels ${labels.join(", ")} is online (${fitting.map((runner) => runner.name).join(", ")}): the run will wait`,
    );
}
