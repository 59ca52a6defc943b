import type { Log } from "@modelyard/base";
import { nodeHasher } from "@modelyard/store/node-hasher";
import { systemClock } from "@modelyard/store/system-clock";
import { systemRandom } from "@modelyard/store/system-random";
import type { Context, JobContext } from "../context.ts";
import { lazyGitHub } from "./lazy-github.ts";

export interface ProcessContextOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly workspace: string;
  readonly log: Log;
  readonly job: JobContext;
  readonly signal: AbortSignal;
  readonly summary: (markdown: string) => Promise<void>;
}

/** The context of a real process: the machine's clock, randomness and hash, and GitHub over Octokit, loaded at its first use. */
export function processContext(options: ProcessContextOptions): Context {
  return {
    ...options,
    clock: systemClock,
    random: systemRandom,
    hasher: nodeHasher,
    github: (token) => githubOf(options, token),
  };
}

function githubOf(options: ProcessContextOptions, token: string | undefined): ReturnType<Context["github"]> {
  const [owner, repo] = options.job.repository?.split("/") ?? [];
  if (owner === undefined || repo === undefined || token === undefined || token === "") return undefined;
  const repository = { owner, repo };
  return lazyGitHub(repository, async () => {
    const { octokitGitHub } = await import("@modelyard/github/octokit");
    return octokitGitHub({
      token,
      repository,
      apiUrl: options.env["GITHUB_API_URL"] || "https://api.github.com",
      clock: systemClock,
      log: options.log,
    });
  });
}
