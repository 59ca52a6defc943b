// Tokens that lack one permission, against a GitHub that refuses as GitHub does: the message names the permission and prints the YAML to add.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setStage } from "@modelyard/operations/testing/set-stage";
import { sampleComparison } from "@modelyard/report/testing/sample-comparison";
import { type FakeGitHub, startFakeGitHub, temporaryDirectory } from "@modelyard/testkit";
import { below } from "../adoption/testing/below.ts";
import { assertRefused, treeOf } from "./testing/expect-error.ts";
import { type Call, modelyard } from "./testing/modelyard.ts";
import { prepareTeam, prepareTraffic } from "./testing/team.ts";

const SHA = "4f2c91e07ab35d6688f0c1b2a3d4e5f601234567";
const ALL = {
  actions: "write",
  checks: "write",
  contents: "read",
  deployments: "write",
  issues: "write",
  "pull-requests": "write",
} as const;
type Permission = keyof typeof ALL;

const outer = await temporaryDirectory("modelyard-token-");
after(() => outer.remove());
const home = below(outer, "repository");
await prepareTeam(home);
await prepareTraffic(home);
await setStage(home.path, "points", "staging", 1);
await home.write("comparison.json", JSON.stringify(sampleComparison()));

/** A GitHub with a pull request and a training workflow, whose token lacks a permission altogether or may only read. */
async function githubWithout(permission: Permission, left: "none" | "read"): Promise<FakeGitHub> {
  const { [permission]: _lacking, ...others } = ALL;
  const permissions = left === "read" ? { ...others, [permission]: "read" as const } : others;
  const github = await startFakeGitHub({ tokens: { ghs_weak: { permissions } } });
  github.addPull({ headSha: SHA });
  github.addWorkflow(
    "train.yml",
    "on: { workflow_dispatch: { inputs: { run: {}, dataset: {}, yard: {}, parameters: {} } } }\njobs: { train: { runs-on: ubuntu-latest, steps: [{ run: 'true' }] } }\n",
  );
  return github;
}

async function call(args: string, github: FakeGitHub): Promise<Call> {
  const env = {
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: github.url,
    GITHUB_REPOSITORY: "octo/yard",
    GITHUB_TOKEN: "ghs_weak",
    GITHUB_SHA: SHA,
  };
  const result = await modelyard(args.split(" "), { cwd: home.path, env });
  assert.doesNotMatch(result.stdout + result.stderr, /ghs_weak/, "the token is shown");
  return result;
}

const yaml = (permission: Permission): RegExp => new RegExp(`permissions:\\n(?: +[a-z-]+: \\w+\\n)* +${permission}: write`);

for (const left of ["none", "read"] as const) {
  const token = left === "none" ? "without" : "with read access to";

  test(`train ${token} actions: one error, no run`, async () => {
    await using github = await githubWithout("actions", left);
    const before = treeOf(home.path);
    const result = await call("train --name points --dataset points@1 --min-new-examples 0", github);
    assertRefused(
      result,
      {
        code: "GITHUB_FORBIDDEN",
        says: /GitHub did not .* \(train\.yml(?: at main)?\): .*\(403\)/,
        next: /^add to the job[\s\S]*permissions:\n {2}actions: write/,
      },
      "train",
    );
    assert.equal(github.state.runs.length, 0);
    assert.deepEqual(treeOf(home.path), before);
  });

  test(`monitor ${token} issues: one error, no issue; the report of the drift is there`, async () => {
    await using github = await githubWithout("issues", left);
    const result = await call("monitor --name points --version 1 --window 1h", github);
    assertRefused(
      result,
      {
        code: "GITHUB_FORBIDDEN",
        says: /GitHub did not (?:list|open) the issue.*\(403\)/,
        next: /permissions:\n(?: {2}contents: read\n)? {2}issues: write/,
      },
      "monitor",
    );
    assert.equal(github.state.issues.filter((issue) => issue.pull === undefined).length, 0);
    assert.match(await home.read("drift.json"), /"verdict": "drifted"/);
  });

  for (const [permission, what] of [
    ["pull-requests", "comment"],
    ["checks", "check run"],
  ] as const) {
    test(`report ${token} ${permission}: the other part is posted, the summary has all, the step is green`, async () => {
      await using github = await githubWithout(permission, left);
      const result = await call("report --pull-request 1", github);
      assert.equal(result.code, 0, result.stderr);
      assert.match(result.stderr, new RegExp(`warning: the ${what} could not be written: the token is read-only`));
      assert.match(result.stderr, yaml(permission));
      assert.match(result.stderr, /\*\*Pass\*\*/);
      const isComment = permission === "pull-requests";
      assert.deepEqual([github.state.comments.length, github.state.checks.length], isComment ? [0, 1] : [1, 0]);
    });
  }

  for (const action of ["promote", "rollback"]) {
    test(`${action} ${token} deployments: the rollout does not depend on it, and the warning prints the YAML`, async () => {
      await using github = await githubWithout("deployments", left);
      const result = await call(`${action} --name points --version 1 --claim-timeout 1ms`, github);
      assert.match(result.stderr, /warning: GitHub does not show this rollout as a deployment: .*\(403\)/);
      assert.match(result.stderr, yaml("deployments"));
      assert.match(
        result.stderr,
        /no gateway took up rollout \d+ of points@1; it is withdrawn\nNext step: run `modelyard gateway.*\[ROLLOUT_UNCLAIMED\]/,
      );
      assert.equal(result.code, 1);
      assert.equal(github.state.deployments.length, 0);
    });
  }
}

test("a token that is none is one error that says how to pass one", async () => {
  await using github = await startFakeGitHub({ tokens: {} });
  github.addPull({ headSha: SHA });
  for (const args of [
    "report --pull-request 1",
    "monitor --name points --version 1 --window 1h",
    "train --name points --dataset points@1 --min-new-examples 0",
  ])
    assertRefused(
      await call(args, github),
      { code: "GITHUB_UNAUTHORIZED", says: /\(401\)/, next: /the token is wrong or has ended/ },
      args,
    );
});

test("a workflow that is not there, or does not take the inputs, is one error with the YAML to add", async () => {
  await using github = await startFakeGitHub({ tokens: { ghs_weak: { permissions: ALL } } });
  github.addWorkflow("other.yml", "on: { workflow_dispatch: {} }\njobs: { train: { runs-on: ubuntu-latest, steps: [{ run: 'true' }] } }\n");
  const train = "train --name points --dataset points@1 --min-new-examples 0 --workflow";
  assertRefused(
    await call(`${train} train.yml`, github),
    { code: "GITHUB_NOT_FOUND", says: /train\.yml/, next: /check the name/ },
    "no workflow",
  );
  const refused = {
    code: "GITHUB_INVALID",
    says: /other\.yml at main.*Unexpected inputs provided/,
    next: /workflow_dispatch:\n {4}inputs:\n {6}run:/,
  };
  assertRefused(await call(`${train} other.yml`, github), refused, "no inputs");
});
