export * from "@modelyard/store/testing/faulty-store";
export * from "./fake-clock.ts";
export { type Exchange, type FakeGitHub, type FakeGitHubOptions, startFakeGitHub } from "./github/fake-github.ts";
export type { Fault, FaultRule } from "./github/faults.ts";
export type { Operation } from "./github/operations.ts";
export type { CommentState, DeploymentState, FakeToken, GitHubState, IssueState, JobState, Permission, RunState } from "./github/state.ts";
export * from "./process-runner.ts";
export * from "./recording-log.ts";
export * from "./temporary-directory.ts";
