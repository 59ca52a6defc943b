import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import type { Comparison } from "@modelyard/evaluate";
import { octokitGitHub } from "@modelyard/github/octokit";
import { failingComparison, sampleComparison } from "@modelyard/report/testing/sample-comparison";
import { sampleDrift } from "@modelyard/report/testing/sample-drift";
import { systemClock } from "@modelyard/store/system-clock";
import {
  type FakeGitHub,
  type FakeToken,
  recordingLog,
  startFakeGitHub,
  type TemporaryDirectory,
  temporaryDirectory,
} from "@modelyard/testkit";
import type { JobContext } from "./context.ts";
import { OutcomeError } from "./outcome-error.ts";
import { type ReportInputs, report } from "./report.ts";
import { testContext } from "./testing/test-context.ts";

const SHA = "4f2c91e07ab35d6688f0c1b2a3d4e5f601234567";
const INPUTS: ReportInputs = { comment: true, check: true, onInconclusive: "neutral", failOnRegression: true, githubToken: "ghs_test" };
const READ_ONLY: FakeToken = { permissions: { contents: "read", "pull-requests": "read", checks: "read" } };

interface Scene {
  readonly directory: TemporaryDirectory;
  readonly github: FakeGitHub;
  readonly log: ReturnType<typeof recordingLog>;
  readonly context: ReturnType<typeof testContext>;
}

async function scene(
  document: unknown,
  body: (scene: Scene) => Promise<void>,
  options: { token?: FakeToken; job?: Partial<JobContext> } = {},
): Promise<void> {
  await using directory = await temporaryDirectory();
  if (document !== undefined) await writeFile(directory.at("comparison.json"), JSON.stringify(document));
  const github = await startFakeGitHub(options.token === undefined ? {} : { tokens: { ghs_test: options.token } });
  try {
    const log = recordingLog();
    const context = testContext(directory.path, {
      log,
      job: {
        repository: "octo/yard",
        headRepository: "octo/yard",
        sha: SHA,
        headSha: SHA,
        runId: "7",
        runUrl: `${github.url}/octo/yard/actions/runs/7`,
        ...options.job,
      },
      github: (token) =>
        octokitGitHub({ token: token ?? "", repository: { owner: "octo", repo: "yard" }, apiUrl: github.url, clock: systemClock, log }),
    });
    await body({ directory, github, log, context });
  } finally {
    await github.close();
  }
}

test("comment, check and summary, and the same comment again", () =>
  scene(sampleComparison(), async ({ github, context }) => {
    const pull = github.addPull({ headSha: SHA });
    const first = await report(INPUTS, context);
    assert.deepEqual([first.verdict, first.passed], ["pass", true]);
    assert.match(first.commentUrl ?? "", new RegExp(`/${pull}#issuecomment-`));
    const second = await report({ ...INPUTS, title: "Again" }, context);
    assert.equal(second.commentUrl, first.commentUrl);
    assert.equal(github.state.comments.length, 1);
    assert.match(github.state.comments[0]!.body, /^<!-- modelyard:report:digits -->\n[\s\S]*### Again\n/);
    const [check, ...others] = github.state.checks;
    assert.equal(others.length, 0);
    assert.deepEqual([check?.name, check?.headSha, check?.status, check?.conclusion], ["Modelyard: digits", SHA, "completed", "success"]);
    assert.match(context.summaries[0]!, /✅ \*\*Pass\*\*: accuracy 0\.965/);
  }));

test("a failing gate fails the step, names the gates, and its outputs are there", () =>
  scene(failingComparison(), async ({ github, context }) => {
    github.addPull({ headSha: SHA });
    await assert.rejects(report(INPUTS, context), (error: unknown) => {
      assert.ok(error instanceof OutcomeError);
      assert.equal(error.code, "REPORT_FAILED");
      assert.match(error.message, /the verdict is fail: accuracy fail: worse by 0\.026/);
      assert.deepEqual(
        { ...error.outputs, commentUrl: "", checkUrl: "" },
        { verdict: "fail", passed: false, commentUrl: "", checkUrl: "" },
      );
      return true;
    });
    assert.equal(github.state.checks[0]?.conclusion, "failure");
    assert.equal(github.state.comments.length, 1);
    const outputs = await report({ ...INPUTS, failOnRegression: false }, context);
    assert.equal(outputs.passed, false);
  }));

test("a read-only token leaves the summary, the YAML to add, and no failure", () =>
  scene(
    sampleComparison(),
    async ({ github, context, log }) => {
      github.addPull({ headSha: SHA });
      const outputs = await report(INPUTS, context);
      assert.deepEqual([outputs.commentUrl, outputs.checkUrl, outputs.passed], [undefined, undefined, true]);
      const yaml = "permissions:\n  contents: read\n  checks: write\n  pull-requests: write";
      assert.ok(log.of("warning")[0]?.includes(yaml), log.text());
      assert.ok(context.summaries[1]?.includes(yaml));
      assert.match(context.summaries[0]!, /Pass/);
    },
    { token: READ_ONLY },
  ));

test("one missing permission is named alone", () =>
  scene(
    sampleComparison(),
    async ({ github, context, log }) => {
      github.addPull({ headSha: SHA });
      const outputs = await report(INPUTS, context);
      assert.ok(outputs.commentUrl !== undefined && outputs.checkUrl === undefined);
      assert.match(log.of("warning")[0]!, /the check run could not be written/);
      assert.doesNotMatch(log.of("warning")[0]!, /pull-requests: write/);
    },
    { token: { permissions: { "pull-requests": "write" } } },
  ));

test("a fork's pull request is told about the second workflow", () =>
  scene(
    sampleComparison(),
    async ({ github, context, log }) => {
      const pullRequest = github.addPull({ headSha: SHA });
      await report({ ...INPUTS, pullRequest }, context);
      assert.match(log.of("warning")[0]!, /from a fork.*workflow_run/);
      assert.match(context.summaries[1]!, /from a fork/);
    },
    { token: READ_ONLY, job: { headRepository: "stranger/yard", eventName: "pull_request" } },
  ));

const FORKS_RUN = { headRepository: "stranger/yard", headBranch: "main", pullRequest: undefined };

test("in a workflow_run the comment goes to the fork's pull request, never to another with the same commit", () =>
  scene(
    sampleComparison(),
    async ({ github, context }) => {
      const forked = github.addPull({ headSha: SHA, headRef: "main", headRepository: "stranger/yard" });
      github.addPull({ headSha: SHA });
      await report(INPUTS, context);
      assert.deepEqual(
        github.state.comments.map((comment) => comment.issue),
        [forked],
      );
      assert.equal(github.state.checks[0]?.headSha, SHA);
    },
    { job: { ...FORKS_RUN, eventName: "workflow_run" } },
  ));

test("in a workflow_run a missing permission is named, not the fork", () =>
  scene(
    sampleComparison(),
    async ({ github, context, log }) => {
      github.addPull({ headSha: SHA, headRef: "main", headRepository: "stranger/yard" });
      await report(INPUTS, context);
      assert.match(log.of("warning")[0]!, /Add to the job:\n\npermissions:\n {2}contents: read\n {2}pull-requests: write/);
      assert.doesNotMatch(log.of("warning")[0]!, /from a fork/);
    },
    { token: { permissions: { checks: "write", "pull-requests": "read" } }, job: { ...FORKS_RUN, eventName: "workflow_run" } },
  ));

test("without a pull request there is a check alone; without GitHub a summary alone", () =>
  scene(sampleComparison(), async ({ github, context, directory }) => {
    const outputs = await report(INPUTS, context);
    assert.ok(outputs.commentUrl === undefined && outputs.checkUrl !== undefined);
    assert.equal(github.state.comments.length, 0);
    const alone = testContext(directory.path);
    assert.deepEqual(await report(INPUTS, alone), { verdict: "pass", passed: true, commentUrl: undefined, checkUrl: undefined });
    assert.equal(alone.summaries.length, 1);
  }));

test("inconclusive is neutral and passes, unless it shall fail", () =>
  scene({ ...failingComparison(), verdict: "inconclusive" } satisfies Comparison, async ({ github, context }) => {
    const outputs = await report(INPUTS, context);
    assert.deepEqual([outputs.verdict, outputs.passed, github.state.checks[0]?.conclusion], ["inconclusive", false, "neutral"]);
    await assert.rejects(report({ ...INPUTS, onInconclusive: "fail" }, context), { code: "REPORT_FAILED" });
    assert.equal(github.state.checks[0]?.conclusion, "failure");
  }));

test("a dry run and switched-off parts make no request", () =>
  scene(sampleComparison(), async ({ github, context }) => {
    github.addPull({ headSha: SHA });
    await report({ ...INPUTS, dryRun: true }, context);
    await report({ ...INPUTS, comment: false, check: false }, context);
    assert.equal(github.exchanges.length, 0);
    assert.equal(context.summaries.length, 2);
  }));

test("a metric document and a drift report", () =>
  scene(undefined, async ({ context, directory }) => {
    await writeFile(directory.at("metrics.json"), JSON.stringify(sampleComparison().candidate));
    await writeFile(directory.at("drift.json"), JSON.stringify(sampleDrift("digits")));
    const outputs = await report({ ...INPUTS, metrics: "metrics.json", drift: "drift.json" }, context);
    assert.equal(outputs.passed, true);
    assert.match(context.summaries[0]!, /### Metrics of digits@&#8203;4/);
    assert.match(context.summaries[0]!, /<b>Drift<\/b> of <code>digits@&#8203;3<\/code>: ⚠️ drifted, 1 of 3 columns/);
  }));

for (const [title, document, inputs, code] of [
  ["no comparison", undefined, {}, "FILE_MISSING"],
  ["a named file that is not there", undefined, { comparison: "out/c.json" }, "FILE_MISSING"],
  ["two documents", sampleComparison(), { comparison: "comparison.json", metrics: "m.json" }, "INPUT_INVALID"],
  ["a metric document in place of a comparison", sampleComparison().candidate, {}, "DOCUMENT_INVALID"],
  ["a newer format", { ...sampleComparison(), format: 2 }, {}, "FORMAT_TOO_NEW"],
  ["an unknown field", { ...sampleComparison(), script: "x" }, {}, "DOCUMENT_INVALID"],
  ["a name with a slash", sampleComparison(), { name: "a/b" }, "NAME_INVALID"],
] as const) {
  test(`${title} is one error, and nothing is posted`, () =>
    scene(document, async ({ github, context }) => {
      await assert.rejects(report({ ...INPUTS, ...inputs }, context), { code });
      assert.equal(github.exchanges.length, 0);
      assert.equal(context.summaries.length, 0);
    }));
}

test("what a stranger wrote into the documents reaches GitHub inert", () => {
  const evil = "@octocat fixes #1 <img src=x> <!-- modelyard:report:other -->\n| a |";
  const base = failingComparison();
  const hostile: Comparison = {
    ...base,
    candidate: { ...base.candidate, subject: { ...base.candidate.subject, name: evil } },
    gates: base.gates.map((gate) => ({ ...gate, metric: evil, reason: evil })),
  };
  return scene(hostile, async ({ github, context }) => {
    github.addPull({ headSha: SHA });
    await assert.rejects(report(INPUTS, context), { code: "REPORT_FAILED" });
    const { body } = github.state.comments[0]!;
    assert.equal(github.state.checks[0]?.name, "Modelyard: model");
    assert.equal(body.match(/<!-- modelyard:report:/g)?.length, 1);
    assert.doesNotMatch(body.replaceAll(/`[^`]*`/g, ""), /@octocat|#1\b|<img/);
  });
});
