import { type Log, seededRandom, silentLog } from "@modelyard/base";
import { nodeHasher } from "@modelyard/store/node-hasher";
import { systemClock } from "@modelyard/store/system-clock";
import type { Context, JobContext } from "../context.ts";

const NO_JOB: JobContext = {
  repository: undefined,
  sha: undefined,
  ref: undefined,
  eventName: undefined,
  headSha: undefined,
  headRepository: undefined,
  headBranch: undefined,
  baseSha: undefined,
  pullRequest: undefined,
  runUrl: undefined,
  runId: undefined,
  workflow: undefined,
  actor: undefined,
  defaultBranch: undefined,
};

export interface TestContext extends Context {
  /** Markdown that went to the job summary. */
  readonly summaries: string[];
}

/** A context for tests of operations: `directory` as working directory and workspace, no environment, no GitHub, seeded randomness. */
export function testContext(
  directory: string,
  overrides: Partial<Omit<Context, "job">> & { readonly job?: Partial<JobContext>; readonly log?: Log } = {},
): TestContext {
  const summaries: string[] = [];
  return {
    log: silentLog,
    clock: systemClock,
    random: seededRandom(1),
    hasher: nodeHasher,
    env: {},
    cwd: directory,
    workspace: directory,
    signal: new AbortController().signal,
    github: () => undefined,
    summary: async (markdown) => void summaries.push(markdown),
    summaries,
    ...overrides,
    job: { ...NO_JOB, ...overrides.job },
  };
}
