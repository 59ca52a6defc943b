import { newUlid } from "@modelyard/base";
import type { Client } from "./client.ts";
import { PAGE_SIZE } from "./pages.ts";
import type { GitHub, Issue } from "./port.ts";
import { MAX_BODY_CHARACTERS } from "./sticky-body.ts";
import { within } from "./text-limit.ts";

const MAX_TITLE_CHARACTERS = 256;
/** 2,000 issues by their creation: past that, an issue of ours that is closed counts as gone. */
const MAX_CLOSED_PAGES = 20;
/** What was just written is on the first page. */
const LOOK_BACK_PAGES = 1;

interface ListedIssue {
  readonly number: number;
  readonly html_url: string;
  readonly state: string;
  readonly body?: string | null | undefined;
}

const issueOf = (issue: ListedIssue): Issue => ({
  number: issue.number,
  url: issue.html_url,
  state: issue.state === "open" ? "open" : "closed",
  body: issue.body ?? "",
});

/** Issues and comments on them. */
export function issuePart(client: Client): Pick<GitHub, "findIssue" | "createIssue" | "updateIssue" | "commentIssue"> {
  const { octokit, repository } = client;

  const search = async (
    state: "open" | "closed" | "all",
    isWanted: (body: string) => boolean,
    maxPages?: number,
  ): Promise<Issue | undefined> => {
    const login = await client.login();
    const first = () => octokit.rest.issues.listForRepo({ ...repository, state, sort: "created", direction: "desc", per_page: PAGE_SIZE });
    for await (const page of client.pages("issues.list", { target: "" }, first, maxPages)) {
      const found = page.find((issue) => issue.pull_request === undefined && issue.user?.login === login && isWanted(issue.body ?? ""));
      if (found) return issueOf(found);
    }
    return undefined;
  };

  return {
    async findIssue(marker) {
      const carries = (body: string): boolean => body.includes(marker);
      return (await search("open", carries)) ?? (await search("closed", carries, MAX_CLOSED_PAGES));
    },

    async createIssue(input) {
      const body = signed(client, input.body);
      const data = await client.write<ListedIssue>(
        "issues.create",
        { target: input.title },
        () =>
          octokit.rest.issues.create({ ...repository, title: within(input.title, MAX_TITLE_CHARACTERS), body, labels: [...input.labels] }),
        async () => {
          const found = await search("all", (other) => other === body, LOOK_BACK_PAGES);
          return found && { number: found.number, html_url: found.url, state: found.state, body: found.body };
        },
      );
      return issueOf(data);
    },

    async updateIssue(number, input) {
      const data = await client.write<ListedIssue>(
        "issues.update",
        { target: `#${number}` },
        () =>
          octokit.rest.issues.update({
            ...repository,
            issue_number: number,
            ...(input.title === undefined ? {} : { title: within(input.title, MAX_TITLE_CHARACTERS) }),
            ...(input.body === undefined ? {} : { body: within(input.body, MAX_BODY_CHARACTERS) }),
            ...(input.state === undefined ? {} : { state: input.state }),
          }),
        // The same content once more does no harm.
        async () => undefined,
      );
      return issueOf(data);
    },

    async commentIssue(number, text) {
      const call = { target: `#${number}` };
      const body = signed(client, text);
      const since = new Date(client.clock.now() - CLOCK_SLACK_MS).toISOString();
      const data = await client.write<{ html_url: string }>(
        "issues.comment",
        call,
        () => octokit.rest.issues.createComment({ ...repository, issue_number: number, body }),
        async () => {
          const first = () => octokit.rest.issues.listComments({ ...repository, issue_number: number, since, per_page: PAGE_SIZE });
          for await (const page of client.pages("issues.comments", call, first)) {
            const found = page.find((comment) => comment.body === body);
            if (found) return found;
          }
          return undefined;
        },
      );
      return { url: data.html_url };
    },
  };
}

/** Clocks of runners may be off; a comment of ours is looked for from this long ago. */
const CLOCK_SLACK_MS = 3_600_000;

/** The text with a hidden number of its own at the end, by which it is known when the reply was lost. */
function signed(client: Client, text: string): string {
  const mark = `\n\n<!-- modelyard:id=${newUlid(client.clock.now(), client.random)} -->`;
  return within(text, MAX_BODY_CHARACTERS - mark.length) + mark;
}
