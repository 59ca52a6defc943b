import { hasCode, type Log, messageOf } from "@modelyard/base";
import type { DeploymentState, GitHub } from "@modelyard/github";
import type { RolloutEventBody } from "@modelyard/rollout";
import type { Context } from "../context.ts";

/** A GitHub deployment that follows a rollout; one that could not be made follows nothing. */
export interface Deployment {
  /** Sets the status that an event calls for. Trouble with GitHub is a warning: the rollout does not depend on it. */
  follow(event: RolloutEventBody, line: string): Promise<void>;
}

export interface DeploymentInput {
  readonly environment: string;
  readonly model: string;
  readonly version: number;
  readonly rollout: number;
}

const none: Deployment = { follow: async () => undefined };

/** Makes a GitHub deployment of the job's commit. Without a token, a repository or the permission there is none, which a warning says. */
export async function startDeployment(github: GitHub | undefined, input: DeploymentInput, context: Context): Promise<Deployment> {
  const { sha, runUrl } = context.job;
  if (github === undefined || sha === undefined) return none;
  const { model, version, rollout, environment } = input;
  try {
    const { id } = await github.createDeployment({
      ref: sha,
      environment,
      description: `${model}@${version}, rollout ${rollout}`,
      production: environment === "production",
      payload: { model, version: String(version), rollout: String(rollout) },
    });
    return following(github, id, runUrl, context.log);
  } catch (error) {
    warn(context.log, error);
    return none;
  }
}

function following(github: GitHub, id: number, logUrl: string | undefined, log: Log): Deployment {
  let isWorking = true;
  return {
    async follow(event, line) {
      const state = stateOf(event);
      if (state === undefined || !isWorking) return;
      try {
        await github.setDeploymentStatus(id, { state, description: line, ...(logUrl === undefined ? {} : { logUrl }) });
      } catch (error) {
        isWorking = false;
        warn(log, error);
      }
    },
  };
}

function stateOf(event: RolloutEventBody): DeploymentState | undefined {
  switch (event.type) {
    case "claimed":
    case "staging-passed":
    case "step-started":
    case "step-held":
    case "rolling-back":
      return "in_progress";
    case "completed":
      return "success";
    case "rolled-back":
      return "failure";
    case "aborted":
      return "inactive";
    default:
      return undefined;
  }
}

function warn(log: Log, error: unknown): void {
  const cure = hasCode(error, "GITHUB_FORBIDDEN") ? "; to show it there, add\n  permissions:\n    deployments: write" : "";
  log.warning(`GitHub does not show this rollout as a deployment: ${messageOf(error)}${cure}`);
}
