import assert from "node:assert/strict";
import { test } from "node:test";
import { naughtyStrings } from "@modelyard/testkit/naughty-strings";
import { jobContextOf, jobFactsOf } from "./job-context.ts";

const SHA = "a".repeat(40);
const VARIABLES = [
  "GITHUB_REPOSITORY",
  "GITHUB_SHA",
  "GITHUB_REF",
  "GITHUB_EVENT_NAME",
  "GITHUB_WORKFLOW",
  "GITHUB_ACTOR",
  "GITHUB_RUN_ID",
  "GITHUB_SERVER_URL",
];

/** Events in which every text that somebody outside can choose is `text`: branch, tag, title, commit message, names. */
function hostileEvents(text: string) {
  const repository = { full_name: text, default_branch: text };
  const head = { sha: text, ref: text, label: text, repo: { full_name: text } };
  return [
    { pull_request: { number: 7, title: text, body: text, head, base: { sha: text, ref: text } }, repository, sender: { login: text } },
    { workflow_run: { head_sha: text, head_branch: text, head_repository: { full_name: text }, display_title: text }, repository },
    { issue: { number: 7, title: text, pull_request: { url: text } }, comment: { body: text }, repository },
    { merge_group: { head_sha: text, base_sha: text, head_ref: text, head_commit: { message: text } }, repository },
    { ref: text, head_commit: { id: text, message: text }, repository },
    { pull_request: text, repository: text },
  ];
}

test(`S2: ${naughtyStrings.length} texts as branch, tag, title, message, name: identifiers keep their form, texts stay as they are`, (t) => {
  let tried = 0;
  for (const text of naughtyStrings) {
    const facts = jobFactsOf(Object.fromEntries(VARIABLES.map((name) => [name, text])));
    for (const event of hostileEvents(text)) {
      tried++;
      const job = jobContextOf(facts, event);
      for (const commit of [job.sha, job.headSha, job.baseSha]) assert.match(commit ?? SHA, /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
      for (const name of [job.repository, job.headRepository]) assert.match(name ?? "a/b", /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/);
      assert.match(job.runId ?? "1", /^[1-9]\d{0,18}$/);
      assert.ok(job.pullRequest === undefined || job.pullRequest === 7);
      for (const free of [job.ref, job.eventName, job.workflow, job.actor, job.defaultBranch])
        assert.ok(free === undefined || free === text);
    }
  }
  t.diagnostic(`${tried} jobs`);
});

test("the head of a pull request, of a workflow run, of a merge group, and of none", () => {
  const facts = { repository: "acme/repo", sha: SHA, runId: "12", serverUrl: "" };
  const pullRequest = {
    pull_request: { number: 7, head: { sha: "b".repeat(40), repo: { full_name: "fork/repo" } }, base: { sha: "c".repeat(40) } },
  };
  const cases = [
    [pullRequest, ["b".repeat(40), "fork/repo", "c".repeat(40), 7]],
    [{ workflow_run: { head_sha: "d".repeat(40), head_repository: { full_name: "f/r" } } }, ["d".repeat(40), "f/r", undefined, undefined]],
    [{ merge_group: { head_sha: "e".repeat(40), base_sha: SHA } }, ["e".repeat(40), "acme/repo", SHA, undefined]],
    [{ issue: { number: 9, pull_request: {} } }, [SHA, "acme/repo", undefined, 9]],
    [{ issue: { number: 9 } }, [SHA, "acme/repo", undefined, undefined]],
    [undefined, [SHA, "acme/repo", undefined, undefined]],
  ] as const;
  for (const [event, expected] of cases) {
    const job = jobContextOf(facts, event);
    assert.deepEqual([job.headSha, job.headRepository, job.baseSha, job.pullRequest], expected);
    assert.equal(job.runUrl, "https://github.com/acme/repo/actions/runs/12");
  }
});
