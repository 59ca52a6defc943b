import { hasCode } from "@modelyard/base";
import type { Client } from "./client.ts";
import { PAGE_SIZE } from "./pages.ts";
import type { GitHub, WorkflowRun } from "./port.ts";

interface RunDocument {
  readonly id: number;
  readonly html_url: string;
  readonly status?: string | null;
  readonly conclusion?: string | null;
}

const STATUSES: ReadonlySet<string> = new Set<WorkflowRun["status"]>([
  "queued",
  "in_progress",
  "completed",
  "waiting",
  "requested",
  "pending",
]);
const isStatus = (text: string): text is WorkflowRun["status"] => STATUSES.has(text);

/** A run as the port gives it; a status that we do not know counts as queued. */
export function runOf(run: RunDocument): WorkflowRun {
  const status = run.status ?? "queued";
  return { id: run.id, url: run.html_url, status: isStatus(status) ? status : "queued", conclusion: run.conclusion ?? null };
}

/** A bound for the list of runners. */
const MAX_RUNNER_PAGES = 10;

/** Runs, runners and the default branch. */
export function runPart(client: Client): Pick<GitHub, "getRun" | "cancelRun" | "listRunners" | "defaultBranch"> {
  const { octokit, repository } = client;
  // An unchanged run answers 304, which costs nothing of the hourly limit.
  const known = new Map<number, { readonly etag: string; readonly run: WorkflowRun }>();

  return {
    async getRun(id) {
      const last = known.get(id);
      const headers = last ? { "if-none-match": last.etag } : {};
      const reply = await client.readIfChanged("runs.get", { target: `run ${id}` }, () =>
        octokit.rest.actions.getWorkflowRun({ ...repository, run_id: id, headers }),
      );
      if (reply === "not-modified") return last!.run;
      const run = runOf(reply.data);
      const { etag } = reply.headers;
      if (typeof etag === "string") known.set(id, { etag, run });
      return run;
    },

    async cancelRun(id) {
      try {
        await client.write<unknown>(
          "runs.cancel",
          { target: `run ${id}` },
          () => octokit.rest.actions.cancelWorkflowRun({ ...repository, run_id: id }),
          // A second cancellation does no harm.
          async () => undefined,
        );
        return true;
      } catch (error) {
        if (hasCode(error, "GITHUB_CONFLICT")) return false;
        throw error;
      }
    },

    async listRunners() {
      try {
        const runners = [];
        const first = () => octokit.rest.actions.listSelfHostedRunnersForRepo({ ...repository, per_page: PAGE_SIZE });
        for await (const page of client.pages("runners.list", { target: "" }, first, MAX_RUNNER_PAGES)) runners.push(...page.runners);
        return {
          kind: "listed",
          runners: runners.map((runner) => ({
            name: runner.name,
            labels: runner.labels.map((label) => label.name),
            isOnline: runner.status === "online",
            isBusy: runner.busy,
          })),
        };
      } catch (error) {
        if (hasCode(error, "GITHUB_FORBIDDEN") || hasCode(error, "GITHUB_NOT_FOUND"))
          return { kind: "unknown", reason: "the token may not list the runners" };
        throw error;
      }
    },

    async defaultBranch() {
      return (await client.read("repository.get", { target: "" }, () => octokit.rest.repos.get({ ...repository }))).data.default_branch;
    },
  };
}
