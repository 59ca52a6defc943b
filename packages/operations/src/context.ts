import type { Clock, Hasher, Log, Random } from "@modelyard/base";
import type { GitHub } from "@modelyard/github";

/** What GitHub says of the job; every field undefined outside a workflow. */
export interface JobContext {
  readonly repository: string | undefined;
  readonly sha: string | undefined;
  readonly ref: string | undefined;
  readonly eventName: string | undefined;
  /** Head commit of the pull request of a pull_request or workflow_run event; else `sha`. */
  readonly headSha: string | undefined;
  readonly headRepository: string | undefined;
  /** Branch of `headRepository` that the head commit was pushed to; anyone may have named it. */
  readonly headBranch: string | undefined;
  readonly baseSha: string | undefined;
  readonly pullRequest: number | undefined;
  readonly runUrl: string | undefined;
  readonly runId: string | undefined;
  readonly workflow: string | undefined;
  readonly actor: string | undefined;
  readonly defaultBranch: string | undefined;
}

/** Everything an operation reaches the world through; `main.ts` of an action and the command line build the real one, tests a fake. */
export interface Context {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  /** Environment variables; read only by the edge of an operation. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directory that relative paths start from (`working-directory`). */
  readonly cwd: string;
  /** Repository root; the default yard `.modelyard/` lies here. */
  readonly workspace: string;
  readonly job: JobContext;
  /** Aborted on SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** GitHub with this token; undefined where there is no repository (`GITHUB_REPOSITORY`) or the token is empty. */
  github(token: string | undefined): GitHub | undefined;
  /** Markdown appended to the job summary; the command line prints it to standard error. */
  summary(markdown: string): Promise<void>;
}
