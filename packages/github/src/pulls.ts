import type { Client } from "./client.ts";
import { PAGE_SIZE } from "./pages.ts";
import type { GitHub } from "./port.ts";

/** `findPullRequest` of the port. */
export function pullPart(client: Client): Pick<GitHub, "findPullRequest"> {
  return {
    async findPullRequest(headSha) {
      const first = () =>
        client.octokit.rest.repos.listPullRequestsAssociatedWithCommit({ ...client.repository, commit_sha: headSha, per_page: PAGE_SIZE });
      let found: number | undefined;
      for await (const page of client.pages("pulls.ofCommit", { target: headSha.slice(0, 12) }, first)) {
        for (const pull of page) {
          // A commit also belongs to pull requests that merely contain it; of two with this head the newer one is meant.
          if (pull.state === "open" && pull.head.sha === headSha) found = Math.max(found ?? 0, pull.number);
        }
      }
      return found;
    },
  };
}
