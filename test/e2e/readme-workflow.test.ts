// The workflow that the README tells a newcomer to start with, taken from the README itself and run step by step.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startFakeGitHub, temporaryDirectory } from "@modelyard/testkit";
import { root } from "../contract/testing/bundle-step.ts";

const HEAD = "4f2c91e07ab35d6688f0c1b2a3d4e5f601234567";

/** The first workflow of the README. */
function firstWorkflow(): string {
  const block = /^```yaml\n(name: [\s\S]*?)^```$/m.exec(readFileSync(join(root, "README.md"), "utf8"))?.[1];
  assert.ok(block);
  assert.match(block, /actions\/report@/, "the README begins with another workflow");
  return block;
}

/** Predictions of a classifier that calls every fifth dog a cat. */
const PREDICTIONS = `id,label,prediction\n${Array.from({ length: 60 }, (_, i) => {
  const label = i % 2 === 0 ? "cat" : "dog";
  return `image-${i},${label},${i % 10 === 9 ? "cat" : label}`;
}).join("\n")}\n`;

test("the README's first workflow comments on the pull request, with the permissions that it lists", async () => {
  await using repository = await temporaryDirectory("modelyard-readme-");
  await repository.write(".github/workflows/check.yml", firstWorkflow());
  await repository.write("predictions.csv", PREDICTIONS);
  await using github = await startFakeGitHub({ directory: repository.path });
  const pull = github.addPull({ headSha: HEAD });
  for (const push of [1, 2]) {
    const run = github.trigger("check.yml", { name: "pull_request", number: pull });
    await github.idle();
    assert.equal(run.conclusion, "success", run.jobs[0]?.log);
    assert.equal(github.state.comments.length, 1, `after push ${push}`);
  }
  const [comment] = github.state.comments;
  assert.deepEqual([comment?.issue, comment?.login, comment?.edits], [pull, "github-actions[bot]", 1]);
  assert.match(comment!.body, /^### Metrics of predictions [0-9a-f]/m);
  assert.match(comment!.body, /\*\*Pass\*\*: accuracy 0\.90 \[0\.80, 0\.95\] on 60 examples\. No baseline: none was asked for/);
  assert.match(comment!.body, /^\| label=dog \| 30 \| accuracy \| 0\.80 /m);
  assert.match(comment!.body, /6 wrong predictions of 60/);
  assert.deepEqual(
    github.state.checks.map((check) => [check.headSha, check.conclusion, check.title]),
    [[HEAD, "success", "Pass: accuracy 0.90 on 60 (no baseline)"]],
  );
  const written = (await repository.files()).filter((file) => !file.startsWith(".github/")).sort();
  assert.deepEqual(written, ["comparison.json", "metrics.json", "predictions.csv", "scored-predictions.jsonl"]);
});

test("the same on a pull request from a fork, whose token may only read, ends green with the report in the summary", async () => {
  await using repository = await temporaryDirectory("modelyard-readme-");
  await repository.write(".github/workflows/check.yml", firstWorkflow().replaceAll(": write", ": read"));
  await repository.write("predictions.csv", PREDICTIONS);
  await using github = await startFakeGitHub({ directory: repository.path });
  const run = github.trigger("check.yml", { name: "pull_request", number: github.addPull({ headSha: HEAD }) });
  await github.idle();
  assert.equal(run.conclusion, "success", run.jobs[0]?.log);
  assert.deepEqual([github.state.comments.length, github.state.checks.length], [0, 0]);
  assert.match(run.jobs[0]!.summary, /\*\*Pass\*\*: accuracy 0\.90/);
  assert.match(run.jobs[0]!.summary, /^permissions:\n {2}contents: read\n {2}checks: write\n {2}pull-requests: write$/m);
});
