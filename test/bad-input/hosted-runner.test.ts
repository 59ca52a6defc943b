// A directory yard on a hosted runner would vanish with the job: refused, unless the team says that it may.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { temporaryDirectory } from "@modelyard/testkit";
import { assertRefused, treeOf } from "./testing/expect-error.ts";
import { modelyard } from "./testing/modelyard.ts";
import { prepareTeam } from "./testing/team.ts";

const env = { RUNNER_ENVIRONMENT: "github-hosted", GITHUB_ACTIONS: "true" };
const VANISH = {
  code: "YARD_WOULD_VANISH",
  says: /\.modelyard is a directory of a GitHub-hosted runner/,
  next: /yard: s3:\/\/my-bucket\/modelyard[\s\S]*runs-on: self-hosted[\s\S]*ephemeral: true/,
};

/** One call of every action that uses the yard. */
const CALLS = [
  "dataset-push --name points --path data --label-column label",
  "dataset-pull --name points",
  "record --name points",
  "evaluate --model points@1 --dataset points@1 --baseline none",
  "register --name points --model out/model.onnx",
  "image --name points --dry-run",
  "train --name points --dataset points@1",
  "promote --name points --version 1",
  "rollback --name points --version 1",
  "monitor --name points --version 1",
];

test("every action that uses the yard refuses a directory there, and changes nothing", async () => {
  await using home = await temporaryDirectory("modelyard-hosted-");
  await prepareTeam(home);
  const before = treeOf(home.path);
  for (const args of CALLS) {
    assertRefused(await modelyard(args.split(" "), { cwd: home.path, env }), VANISH, args);
    assertRefused(await modelyard([...args.split(" "), "--no-ephemeral"], { cwd: home.path, env }), VANISH, args);
  }
  assert.deepEqual(treeOf(home.path), before);
});

test("with `ephemeral: true` it works, and predictions alone need no yard at all", async () => {
  await using home = await temporaryDirectory("modelyard-hosted-");
  await prepareTeam(home);
  const pushed = await modelyard([...CALLS[0]!.split(" "), "--ephemeral", "--yard", "other"], { cwd: home.path, env });
  assert.deepEqual([pushed.code, /lies in the checkout/.test(pushed.stderr)], [0, false], pushed.stderr);
  const judged = await modelyard("evaluate --predictions p/right.csv --baseline none --yard nowhere".split(" "), { cwd: home.path, env });
  assert.equal(judged.code, 0, judged.stderr);
  assert.ok(!existsSync(home.at("nowhere")));
});

test("a machine that stays is told when its yard lies in the checkout, which the next job cleans", async () => {
  await using home = await temporaryDirectory("modelyard-hosted-");
  await prepareTeam(home);
  const staying = { RUNNER_ENVIRONMENT: "self-hosted", GITHUB_ACTIONS: "true" };
  const pushed = await modelyard(CALLS[0]!.split(" "), { cwd: home.path, env: staying });
  assert.equal(pushed.code, 0);
  assert.match(pushed.stderr, /warning: the yard .*\.modelyard lies in the checkout, and actions\/checkout removes it .*yard: \.\.\/yard/);
});
