import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isModelyardError } from "@modelyard/base";
import type { FakeToken, Permission } from "@modelyard/testkit";
import { PORT_PERMISSIONS, permissionHint } from "./permissions.ts";
import type { GitHub } from "./port.ts";
import { startBench } from "./testing/against-fake.ts";

const SHA = "e".repeat(40);
const MARKER = "<!-- modelyard:x -->";
const WORKFLOW =
  "run-name: r ${{ inputs.run }}\non: { workflow_dispatch: { inputs: { run: {} } } }\njobs: { a: { runs-on: ubuntu-latest, steps: [] } }";

type Method = keyof typeof PORT_PERMISSIONS;

/** One call of each method, on a repository that has a pull request #1, an issue #2, a deployment and a run. */
const CALLS: Readonly<Record<Method, (github: GitHub, ids: { deployment: number; run: number }) => Promise<unknown>>> = {
  upsertComment: (github) => github.upsertComment(1, MARKER, "x"),
  publishCheck: (github) =>
    github.publishCheck({ name: "n", headSha: SHA, status: "completed", conclusion: "success", title: "t", summary: "s", externalId: "e" }),
  findPullRequest: (github) => github.findPullRequest(SHA),
  dispatchWorkflow: (github) => github.dispatchWorkflow({ workflow: "train.yml", ref: "main", inputs: { run: "R" }, correlation: "R" }),
  getRun: (github, ids) => github.getRun(ids.run),
  cancelRun: (github, ids) => github.cancelRun(ids.run),
  createDeployment: (github) => github.createDeployment({ ref: "main", environment: "e", description: "", production: false, payload: {} }),
  setDeploymentStatus: (github, ids) => github.setDeploymentStatus(ids.deployment, { state: "success", description: "" }),
  findIssue: (github) => github.findIssue(MARKER),
  createIssue: (github) => github.createIssue({ title: "t", body: "b", labels: [] }),
  updateIssue: (github) => github.updateIssue(2, { state: "closed" }),
  commentIssue: (github) => github.commentIssue(2, "x"),
  defaultBranch: (github) => github.defaultBranch(),
};

async function tryMethod(method: Method, token: FakeToken): Promise<unknown> {
  await using bench = await startBench({
    execute: false,
    tokens: { ghs_test: token, ghs_setup: { permissions: { actions: "write", deployments: "write" } } },
  });
  bench.fake.addPull({ headSha: SHA });
  bench.fake.addIssue({ title: "t", login: "github-actions[bot]" });
  bench.fake.addWorkflow("train.yml", WORKFLOW);
  const setup = bench.client({ token: "ghs_setup" });
  const run = await setup.dispatchWorkflow({ workflow: "train.yml", ref: "main", inputs: {}, correlation: "none" });
  const deployment = await setup.createDeployment({ ref: "main", environment: "e", description: "", production: false, payload: {} });
  try {
    await CALLS[method](bench.client(), { deployment: deployment.id, run: run.id });
    return undefined;
  } catch (error) {
    return error;
  }
}

for (const method of Object.keys(PORT_PERMISSIONS) as Method[]) {
  test(`S12: ${method} passes with exactly its permissions and names each that is missing`, async () => {
    const needed = PORT_PERMISSIONS[method] as Partial<Record<Permission, "read" | "write">>;
    assert.equal(await tryMethod(method, { permissions: needed }), undefined);
    for (const [permission, access] of Object.entries(needed) as [Permission, "read" | "write"][]) {
      const others = Object.fromEntries(Object.entries(needed).filter(([name]) => name !== permission));
      const weaker = access === "write" ? [others, { ...others, [permission]: "read" as const }] : [others];
      for (const permissions of weaker) {
        const error = await tryMethod(method, { permissions });
        assert.ok(isModelyardError(error), `${method} passed with ${JSON.stringify(permissions)}`);
        assert.equal(error.code, "GITHUB_FORBIDDEN");
        const named = /permissions:\n {2}([a-z-]+): (read|write)/.exec(error.hint ?? "");
        // The whole of it at once, also where the first call would have needed less.
        assert.deepEqual(named?.slice(1), [permission, access]);
      }
    }
  });
}

test("the hint believes GitHub's header where it names one permission, and else the table", () => {
  assert.match(permissionHint("comments.create", "issues=write"), /\n {2}issues: write\n/);
  assert.match(permissionHint("comments.create", "pull_requests=write; issues=write"), /\n {2}pull-requests: write\n/);
  assert.match(permissionHint("runs.get", undefined), /\n {2}actions: read$/);
  assert.match(permissionHint("workflows.get", "actions=read"), /\n {2}actions: write\n/);
  assert.match(permissionHint("comments.create", "everything=write"), /pull-requests: write/);
  assert.match(permissionHint("runners.list", undefined), /never may do this/);
});

test("docs/permissions.md has the same table", () => {
  const page = readFileSync(new URL("../../../docs/permissions.md", import.meta.url), "utf8");
  for (const [method, needed] of Object.entries(PORT_PERMISSIONS)) {
    const text = Object.entries(needed)
      .map(([permission, access]) => `\`${permission}: ${access}\``)
      .join(", ");
    assert.ok(page.includes(`| \`${method}\` | ${text || "none"} |`), method);
  }
});
