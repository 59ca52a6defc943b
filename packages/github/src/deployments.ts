import { newUlid, userError } from "@modelyard/base";
import type { Client } from "./client.ts";
import { PAGE_SIZE } from "./pages.ts";
import type { GitHub } from "./port.ts";
import { within } from "./text-limit.ts";

/** GitHub's limit of a description, in characters. */
const MAX_DESCRIPTION_CHARACTERS = 140;
/** A deployment that was just made is on the first page. */
const LOOK_BACK_PAGES = 2;
/** Key of the payload by which a deployment whose reply was lost is found again. */
const REQUEST_KEY = "modelyard-request";

/** Deployments and their statuses. */
export function deploymentPart(client: Client): Pick<GitHub, "createDeployment" | "setDeploymentStatus"> {
  const { octokit, repository } = client;
  return {
    async createDeployment(input) {
      const request = newUlid(client.clock.now(), client.random);
      const call = { target: input.environment };
      const find = async (): Promise<{ id: number } | undefined> => {
        const first = () => octokit.rest.repos.listDeployments({ ...repository, environment: input.environment, per_page: PAGE_SIZE });
        for await (const page of client.pages("deployments.list", call, first, LOOK_BACK_PAGES)) {
          const found = page.find((one) => typeof one.payload === "object" && one.payload[REQUEST_KEY] === request);
          if (found) return { id: found.id };
        }
        return undefined;
      };
      const made = await client.write<{ id: number }>(
        "deployments.create",
        call,
        async () => {
          const reply = await octokit.rest.repos.createDeployment({
            ...repository,
            ref: input.ref,
            environment: input.environment,
            description: within(input.description, MAX_DESCRIPTION_CHARACTERS),
            production_environment: input.production,
            payload: { ...input.payload, [REQUEST_KEY]: request },
            auto_merge: false,
            // Ours are decided by gates of our own; GitHub's would refuse while this very job is running.
            required_contexts: [],
          });
          if ("id" in reply.data) return { ...reply, data: { id: reply.data.id } };
          // 202: GitHub merged the default branch in place of deploying, which auto_merge: false rules out.
          throw userError(
            "GITHUB_INVALID",
            `GitHub made no deployment of ${input.ref}: ${reply.data.message ?? "no reason given"}`,
            "bring the branch up to date",
          );
        },
        find,
      );
      return { id: made.id };
    },

    async setDeploymentStatus(id, input) {
      const call = { target: `deployment ${id}` };
      const description = within(input.description, MAX_DESCRIPTION_CHARACTERS);
      const isThere = async (): Promise<true | undefined> => {
        const { data } = await client.read("deployments.statuses", call, () =>
          octokit.rest.repos.listDeploymentStatuses({ ...repository, deployment_id: id, per_page: PAGE_SIZE }),
        );
        const newest = data[0];
        return newest?.state === input.state && newest.description === description ? true : undefined;
      };
      await client.write<unknown>(
        "deployments.setStatus",
        call,
        () =>
          octokit.rest.repos.createDeploymentStatus({
            ...repository,
            deployment_id: id,
            state: input.state,
            description,
            ...(input.environmentUrl === undefined ? {} : { environment_url: input.environmentUrl }),
            ...(input.logUrl === undefined ? {} : { log_url: input.logUrl }),
          }),
        isThere,
      );
    },
  };
}
