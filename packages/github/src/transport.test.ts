import assert from "node:assert/strict";
import { test } from "node:test";
import { isModelyardError, randomInt, seededRandom } from "@modelyard/base";
import { type Fault, fakeClock } from "@modelyard/testkit";
import { drive, startBench } from "./testing/against-fake.ts";

const SHA = "b".repeat(40);
const MARKER = "<!-- modelyard:drift:digits -->";

test("reads survive 502, 503, 504, cut connections, cut replies and redirects", async () => {
  const faults: Fault[] = [
    { kind: "status", status: 502 },
    { kind: "status", status: 503 },
    { kind: "status", status: 504 },
    { kind: "reset" },
    { kind: "lost-reply" },
    { kind: "truncated" },
    ...([301, 302, 307, 308] as const).map((status) => ({ kind: "redirect", status }) as const),
  ];
  for (const fault of faults) {
    await using bench = await startBench();
    const pull = bench.fake.addPull({ headSha: SHA });
    bench.fake.fail({ fault, times: 3 });
    assert.equal(await bench.client().findPullRequest(SHA), pull, fault.kind);
  }
});

test("a redirected write stays a write", async () => {
  for (const status of [301, 302, 307] as const) {
    await using bench = await startBench();
    bench.fake.fail({ operation: "POST /repos/{owner}/{repo}/issues", fault: { kind: "redirect", status } });
    const issue = await bench.client().createIssue({ title: "t", body: "b", labels: [] });
    assert.deepEqual([issue.number, bench.fake.state.issues.length], [1, 1]);
  }
});

test("an outage that does not end is named, without the token", async () => {
  await using bench = await startBench({ tokens: {} });
  bench.fake.fail({ fault: { kind: "status", status: 503 }, times: 5 });
  await assert.rejects(bench.client().getRun(7), {
    code: "GITHUB_UNAVAILABLE",
    retryable: true,
    message: /read the workflow run \(run 7\): it answered 503/,
  });
  await assert.rejects(
    bench.client().getRun(7),
    (error) =>
      isModelyardError(error) &&
      error.code === "GITHUB_UNAUTHORIZED" &&
      !JSON.stringify([error.message, error.hint, error.details, String(error.cause), bench.log.text()]).includes("ghs_test"),
  );
  const gone = await startBench();
  const github = gone.client();
  await gone.fake.close();
  await assert.rejects(
    github.getRun(7),
    (error) => isModelyardError(error) && error.code === "GITHUB_UNAVAILABLE" && /ECONNREFUSED/.test(error.message),
  );
});

test("a token that appears in GitHub's words is redacted", async () => {
  await using bench = await startBench();
  const github = bench.client({
    fetch: async () => new Response('{"message":"bad ghs_test here"}', { status: 422, headers: { "content-type": "application/json" } }),
  });
  await assert.rejects(github.getRun(1), { message: /bad \*\*\* here/ });
});

test("G1: no request inside a forbidden window, whatever form the limit takes", async () => {
  const random = seededRandom(1);
  for (let round = 0; round < 60; round++) {
    const clock = fakeClock();
    await using bench = await startBench({ clock });
    if (round % 3 === 0) clock.jump(randomInt(random, 7_200_000) - 3_600_000);
    const pull = bench.fake.addPull({ headSha: SHA });
    const status = randomInt(random, 2) === 0 ? 403 : 429;
    const forms: Fault[] = [
      { kind: "secondary-limit", status },
      { kind: "secondary-limit", status, retryAfterSeconds: 1 + randomInt(random, 120) },
      { kind: "primary-limit", status, resetSeconds: randomInt(random, 600) },
      { kind: "primary-limit", status, resetSeconds: -randomInt(random, 600) },
    ];
    for (let i = 0; i < 2; i++) bench.fake.fail({ fault: forms[randomInt(random, forms.length)]! });
    const github = bench.client({ maxLimitWaitMs: 3_600_000 });
    const works = [
      github.findPullRequest(SHA),
      github.upsertComment(pull, MARKER, "x"),
      github.findIssue(MARKER),
      github.createIssue({ title: "t", body: "b", labels: [] }),
    ];
    // The close of the fake fails the test on a request inside a window.
    await drive(bench, clock, Promise.all(works), 5_000);
    assert.deepEqual([bench.fake.state.comments.length, bench.fake.state.issues.length], [1, 2]);
  }
});

test("a limit past the job's patience is an error that says how long it holds", async () => {
  await using bench = await startBench();
  bench.fake.fail({ fault: { kind: "primary-limit", resetSeconds: 2_400 } });
  await assert.rejects(bench.client().findPullRequest(SHA), { code: "GITHUB_RATE_LIMITED", retryable: true, message: /another 40m/ });
});

test("writes are a second apart, reads are not held up by them", async () => {
  const clock = fakeClock();
  await using bench = await startBench({ clock });
  const issue = bench.fake.addIssue({ title: "t" }).number;
  const github = bench.client();
  await drive(bench, clock, Promise.all([1, 2, 3].map((i) => github.commentIssue(issue, `${i}`))), 50);
  const times = bench.fake.exchanges.filter((exchange) => exchange.method === "POST").map((exchange) => exchange.atMs);
  assert.equal(times.length, 3);
  for (let i = 1; i < times.length; i++) assert.ok(times[i]! - times[i - 1]! >= 1_000, times.join());
});

test("G5: writes that fail after their effect are not repeated", async () => {
  const faults: Fault[] = [
    { kind: "lost-reply" },
    { kind: "truncated" },
    { kind: "late-status", status: 502 },
    { kind: "reset" },
    { kind: "status", status: 504 },
  ];
  for (const fault of faults) {
    await using bench = await startBench();
    const github = bench.client();
    const fail = (operation: Parameters<typeof bench.fake.fail>[0]["operation"]): void => bench.fake.fail({ operation, fault });
    fail("POST /repos/{owner}/{repo}/issues");
    const issue = await github.createIssue({ title: "t", body: `${MARKER}\nb`, labels: ["drift"] });
    fail("POST /repos/{owner}/{repo}/issues/{issue_number}/comments");
    await github.commentIssue(issue.number, "seen");
    fail("PATCH /repos/{owner}/{repo}/issues/{issue_number}");
    await github.updateIssue(issue.number, { state: "closed" });
    fail("POST /repos/{owner}/{repo}/deployments");
    const deployment = await github.createDeployment({
      ref: "main",
      environment: "staging",
      description: "d",
      production: false,
      payload: {},
    });
    fail("POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses");
    await github.setDeploymentStatus(deployment.id, { state: "success", description: "done" });
    fail("POST /repos/{owner}/{repo}/check-runs");
    await github.publishCheck({
      name: "c",
      headSha: SHA,
      status: "completed",
      conclusion: "success",
      title: "t",
      summary: "s",
      externalId: "e",
    });
    const { state } = bench.fake;
    assert.deepEqual(
      [
        state.issues.map((one) => one.state),
        state.comments.length,
        state.deployments.map((one) => [one.id, one.statuses.length]),
        state.checks.length,
      ],
      [["closed"], 1, [[deployment.id, 1]], 1],
      fault.kind,
    );
  }
});
