import type { Client } from "./client.ts";
import { PAGE_SIZE } from "./pages.ts";
import type { CheckInput, GitHub } from "./port.ts";
import { within } from "./text-limit.ts";

/** GitHub's limit of a check's summary, in characters. */
const MAX_SUMMARY_CHARACTERS = 65_535;
const MAX_TITLE_CHARACTERS = 255;

/** `publishCheck` of the port: one check per name, commit and external id. */
export function checkPart(client: Client): Pick<GitHub, "publishCheck"> {
  const { octokit, repository } = client;

  const find = async (check: CheckInput): Promise<{ id: number } | undefined> => {
    const first = () =>
      octokit.rest.checks.listForRef({ ...repository, ref: check.headSha, check_name: check.name, filter: "all", per_page: PAGE_SIZE });
    for await (const page of client.pages("checks.list", { target: check.name }, first)) {
      const found = page.check_runs.find((run) => run.external_id === check.externalId && run.name === check.name);
      if (found) return { id: found.id };
    }
    return undefined;
  };

  const update = async (id: number, check: CheckInput): Promise<{ url: string }> => {
    const data = await client.write(
      "checks.update",
      { target: check.name },
      () => octokit.rest.checks.update({ ...repository, check_run_id: id, ...fields(check) }),
      // The same content once more does no harm.
      async () => undefined,
    );
    return { url: data.html_url ?? data.url };
  };

  return {
    async publishCheck(check) {
      const found = await find(check);
      if (found) return update(found.id, check);
      const data = await client.write<{ id: number; html_url: string | null; url: string }>(
        "checks.create",
        { target: check.name },
        () => octokit.rest.checks.create({ ...repository, name: check.name, head_sha: check.headSha, ...fields(check) }),
        async () => {
          const made = await find(check);
          return made && { id: made.id, html_url: null, url: "" };
        },
      );
      return data.url === "" ? update(data.id, check) : { url: data.html_url ?? data.url };
    },
  };
}

/** The part that creation and update share; a conclusion completes the check. */
function fields(check: CheckInput) {
  return {
    external_id: check.externalId,
    status: check.status,
    ...(check.status === "completed" && check.conclusion !== undefined ? { conclusion: check.conclusion } : {}),
    ...(check.detailsUrl === undefined ? {} : { details_url: check.detailsUrl }),
    output: { title: within(check.title, MAX_TITLE_CHARACTERS), summary: within(check.summary, MAX_SUMMARY_CHARACTERS) },
  };
}
