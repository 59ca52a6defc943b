import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { failingComparison, sampleComparison } from "@modelyard/report/testing/sample-comparison";
import { type FakeGitHub, runProcess, startFakeGitHub, type TemporaryDirectory, temporaryDirectory } from "@modelyard/testkit";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const SHA = "4f2c91e07ab35d6688f0c1b2a3d4e5f601234567";

async function step(
  document: unknown,
  inputs: Readonly<Record<string, string>>,
  check: (result: { code: number | null; text: string; output: string; summary: string; github: FakeGitHub }) => void,
): Promise<void> {
  await using workspace: TemporaryDirectory = await temporaryDirectory();
  await using github = await startFakeGitHub();
  const pull = github.addPull({ headSha: SHA });
  for (const name of ["output", "summary"]) await workspace.write(name, "");
  await workspace.write("comparison.json", JSON.stringify(document));
  await workspace.write(
    "event.json",
    JSON.stringify({
      pull_request: { number: pull, head: { sha: SHA, repo: { full_name: "octo/yard" } }, base: { sha: SHA } },
      repository: { full_name: "octo/yard" },
    }),
  );
  const env = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  const result = await runProcess(process.execPath, [main], {
    cwd: workspace.path,
    env: {
      ...env,
      "INPUT_GITHUB-TOKEN": "ghs_test",
      GITHUB_WORKSPACE: workspace.path,
      GITHUB_OUTPUT: workspace.at("output"),
      GITHUB_STEP_SUMMARY: workspace.at("summary"),
      GITHUB_EVENT_PATH: workspace.at("event.json"),
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_REPOSITORY: "octo/yard",
      GITHUB_SHA: "0".repeat(40),
      GITHUB_API_URL: github.url,
      GITHUB_SERVER_URL: github.url,
      GITHUB_RUN_ID: "7",
    },
  });
  check({
    code: result.code,
    text: result.stdout + result.stderr,
    output: await workspace.read("output"),
    summary: await workspace.read("summary"),
    github,
  });
}

test("the step comments on the event's pull request, checks its head and sets outputs", () =>
  step(sampleComparison(), { title: "Nightly" }, ({ code, text, output, summary, github }) => {
    assert.equal(code, 0, text);
    assert.match(output, /verdict<<[^\n]+\npass\n/);
    assert.match(output, /passed<<[^\n]+\ntrue\n/);
    assert.match(output, /comment-url<<[^\n]+\nhttp:\/\/[^\n]+#issuecomment-\d+\n/);
    assert.match(summary, /### Nightly/);
    assert.equal(github.state.checks[0]?.headSha, SHA);
    assert.equal(github.state.comments.length, 1);
  }));

test("a failing gate: exit 1, the gate in the annotation, the outputs all the same", () =>
  step(failingComparison(), { name: "german" }, ({ code, text, output, github }) => {
    assert.equal(code, 1);
    assert.match(text, /::error::[^\n]*the verdict is fail: accuracy fail/);
    assert.match(output, /verdict<<[^\n]+\nfail\n/);
    assert.match(output, /check-url<<[^\n]+\nhttp/);
    assert.match(github.state.comments[0]?.body ?? "", /^<!-- modelyard:report:german -->/);
  }));

test("misspelt inputs are one error before anything is written", () =>
  step(sampleComparison(), { "on-inconclusive": "maybe", comment: "si" }, ({ code, text, summary, github }) => {
    assert.equal(code, 1);
    for (const name of ["on-inconclusive", "comment"]) assert.match(text, new RegExp(`::error::[^\n]*${name}`));
    assert.equal(summary, "");
    assert.equal(github.exchanges.length, 0);
  }));
