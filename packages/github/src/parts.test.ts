import assert from "node:assert/strict";
import { test } from "node:test";
import { startBench } from "./testing/against-fake.ts";

const SHA = "c".repeat(40);

test("a check is created once and then updated, over pages of namesakes", async () => {
  await using bench = await startBench();
  const github = bench.client();
  const check = { name: "modelyard", headSha: SHA, status: "in_progress", title: "…", summary: "s", externalId: "digits" } as const;
  const { url } = await github.publishCheck(check);
  for (let i = 0; i < 120; i++) await github.publishCheck({ ...check, externalId: `other ${i}` });
  const done = await github.publishCheck({
    ...check,
    status: "completed",
    conclusion: "neutral",
    summary: "x".repeat(70_000),
    detailsUrl: "https://example.com/run",
  });
  assert.equal(done.url, url);
  const [first] = bench.fake.state.checks;
  assert.deepEqual(
    [bench.fake.state.checks.length, first?.status, first?.conclusion, first?.summary?.length, first?.detailsUrl],
    [121, "completed", "neutral", 65_535, "https://example.com/run"],
  );
});

test("the open pull request whose head is the commit is found, and no other", async () => {
  await using bench = await startBench();
  const pull = bench.fake.addPull({ headSha: SHA });
  assert.equal(await bench.client().findPullRequest(SHA), pull);
  assert.equal(await bench.client().findPullRequest("d".repeat(40)), undefined);
  bench.fake.state.issues[0]!.state = "closed";
  assert.equal(await bench.client().findPullRequest(SHA), undefined);
});

test("a fork's pull request is found by repository, branch and commit; the same commit in another repository is somebody else's", async () => {
  await using bench = await startBench();
  const own = bench.fake.addPull({ headSha: SHA, headRef: "feature" });
  const forked = bench.fake.addPull({ headSha: SHA, headRef: "main", headRepository: "stranger/yard" });
  const github = bench.client();
  const from = (repository: string, branch: string | undefined) => github.findPullRequest(SHA, { repository, branch });
  assert.equal(await from("stranger/yard", "main"), forked);
  assert.equal(await from("Stranger/Yard", undefined), forked, "without a branch all open ones are looked through");
  assert.equal(await from("octo/yard", "feature"), own);
  assert.equal(await from("other/yard", "main"), undefined);
  assert.equal(await from("stranger/yard", "elsewhere"), undefined);
  assert.equal(await github.findPullRequest("d".repeat(40), { repository: "stranger/yard", branch: "main" }), undefined, "pushed to since");
});

test("issues are found by marker and author: open before closed, newest first, never a pull request", async () => {
  await using bench = await startBench();
  const github = bench.client();
  const marker = "<!-- modelyard:drift:digits -->";
  const login = "github-actions[bot]";
  assert.equal(await github.findIssue(marker), undefined);
  bench.fake.addIssue({ title: "forged", body: marker, login: "mallory" });
  const closed = bench.fake.addIssue({ title: "old", body: `${marker} old`, login, state: "closed" });
  for (let i = 0; i < 130; i++) bench.fake.addIssue({ title: `${i}`, login: "mona", state: "closed" });
  assert.deepEqual([(await github.findIssue(marker))?.number, (await github.findIssue(marker))?.state], [closed.number, "closed"]);
  const opened = await github.createIssue({ title: "t".repeat(300), body: `${marker} new`, labels: ["drift"] });
  assert.equal((await github.findIssue(marker))?.number, opened.number);
  const reopened = await github.updateIssue(closed.number, { state: "open", body: `${marker} again`, title: "again" });
  assert.deepEqual([reopened.state, reopened.body], ["open", `${marker} again`]);
  assert.deepEqual(bench.fake.state.issues.at(-1)?.labels, ["drift"]);
});

test("deployments carry their payload and statuses", async () => {
  await using bench = await startBench();
  const github = bench.client();
  const { id } = await github.createDeployment({
    ref: "main",
    environment: "production",
    description: "digits@7",
    production: true,
    payload: { rollout: "R1" },
  });
  await github.setDeploymentStatus(id, { state: "in_progress", description: "10 %", logUrl: "https://example.com/log" });
  await github.setDeploymentStatus(id, { state: "failure", description: "x".repeat(200), environmentUrl: "https://example.com" });
  const deployment = bench.fake.state.deployments[0]!;
  assert.equal((deployment.payload as Record<string, string>)["rollout"], "R1");
  assert.deepEqual(
    deployment.statuses.map((status) => [status.state, status.description.length, status.logUrl, status.environmentUrl]),
    [
      ["in_progress", 4, "https://example.com/log", ""],
      ["failure", 140, "", "https://example.com"],
    ],
  );
  await assert.rejects(github.createDeployment({ ref: "nowhere", environment: "e", description: "", production: false, payload: {} }), {
    code: "GITHUB_INVALID",
    message: /No ref found/,
  });
});

test("polling an unchanged run costs nothing of the hourly limit", async () => {
  await using bench = await startBench({ execute: false });
  bench.fake.addWorkflow("train.yml", "on: workflow_dispatch\njobs: { a: { runs-on: ubuntu-latest, steps: [] } }");
  const github = bench.client();
  const { id } = await github.dispatchWorkflow({ workflow: "train.yml", ref: "main", inputs: {}, correlation: "x" });
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await github.getRun(id)).status);
  bench.fake.finishRun(id, "failure");
  const ended = await github.getRun(id);
  assert.deepEqual([statuses, ended.status, ended.conclusion], [["queued", "queued", "queued"], "completed", "failure"]);
  assert.deepEqual(
    bench.fake.exchanges.filter((exchange) => exchange.path.endsWith(`/runs/${id}`)).map((exchange) => exchange.status),
    [200, 200, 304, 304, 200],
  );
});

test("cancelling says whether there was something to cancel", async () => {
  await using bench = await startBench({ execute: false });
  bench.fake.addWorkflow("train.yml", "on: workflow_dispatch\njobs: { a: { runs-on: ubuntu-latest, steps: [] } }");
  const github = bench.client();
  const { id } = await github.dispatchWorkflow({ workflow: "train.yml", ref: "main", inputs: {}, correlation: "x" });
  assert.deepEqual([await github.cancelRun(id), await github.cancelRun(id)], [true, false]);
  await assert.rejects(github.cancelRun(1), { code: "GITHUB_NOT_FOUND" });
});

test("the default branch; and runners, where the token may see them", async () => {
  await using bench = await startBench({
    defaultBranch: "trunk",
    runners: [{ name: "gpu-1", labels: ["self-hosted", "gpu"] }],
    tokens: { ghs_test: { permissions: {} }, ghp_admin: { permissions: { administration: "read" }, login: "mona" } },
  });
  assert.equal(await bench.client().defaultBranch(), "trunk");
  assert.deepEqual(await bench.client().listRunners(), { kind: "unknown", reason: "the token may not list the runners" });
  assert.deepEqual(await bench.client({ token: "ghp_admin" }).listRunners(), {
    kind: "listed",
    runners: [{ name: "gpu-1", labels: ["self-hosted", "gpu"], isOnline: true, isBusy: false }],
  });
});
