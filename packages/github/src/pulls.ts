import type { Client } from "./client.ts";
import { PAGE_SIZE } from "./pages.ts";
import type { GitHub, PullHead } from "./port.ts";

/** Open pull requests that are looked through for a commit of a fork whose branch is unknown. */
const MAX_OPEN_PAGES = 10;

interface ListedPull {
  readonly number: number;
  readonly state: string;
  readonly head: { readonly sha: string; readonly repo: { readonly full_name: string } | null };
}

/** `findPullRequest` of the port. */
export function pullPart(client: Client): Pick<GitHub, "findPullRequest"> {
  const { owner, repo } = client.repository;
  const own = `${owner}/${repo}`.toLowerCase();
  return {
    async findPullRequest(headSha, head) {
      const from = head?.repository?.toLowerCase();
      const pages = from === undefined || from === own ? ofCommit(client, headSha) : ofFork(client, headSha, head);
      let found: number | undefined;
      for await (const page of pages) {
        for (const pull of page) {
          // Anyone can push a commit of somebody else's pull request to a fork of their own: commit and repository must both be the event's.
          const isThis = pull.head.sha === headSha && (from === undefined || pull.head.repo?.full_name.toLowerCase() === from);
          // A commit also belongs to pull requests that merely contain it; of two with this head the newer one is meant.
          if (pull.state === "open" && isThis) found = Math.max(found ?? 0, pull.number);
        }
      }
      return found;
    },
  };
}

function ofCommit({ octokit, repository, pages }: Client, sha: string): AsyncGenerator<readonly ListedPull[]> {
  const first = () => octokit.rest.repos.listPullRequestsAssociatedWithCommit({ ...repository, commit_sha: sha, per_page: PAGE_SIZE });
  return pages("pulls.ofCommit", { target: sha.slice(0, 12) }, first);
}

/** GitHub associates no pull request with a commit that only a fork has: they are found by the fork's branch. */
function ofFork({ octokit, repository, pages }: Client, sha: string, head: PullHead | undefined): AsyncGenerator<readonly ListedPull[]> {
  const branch =
    head?.repository === undefined || head.branch === undefined ? {} : { head: `${head.repository.split("/")[0]}:${head.branch}` };
  const first = () => octokit.rest.pulls.list({ ...repository, state: "open", ...branch, per_page: PAGE_SIZE });
  return pages("pulls.list", { target: sha.slice(0, 12) }, first, MAX_OPEN_PAGES);
}
