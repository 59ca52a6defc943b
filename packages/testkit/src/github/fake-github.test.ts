import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeClock } from "../fake-clock.ts";
import { temporaryDirectory } from "../temporary-directory.ts";
import { type FakeGitHub, startFakeGitHub } from "./fake-github.ts";

function client(fake: FakeGitHub, token = "ghs_test") {
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${fake.url}/repos/octo/yard${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === "" ? undefined : JSON.parse(text)) as Record<string, unknown> & Record<string, unknown>[],
    };
  };
}

const TRAIN = `name: Train
run-name: train \${{ inputs.run }}
on:
  workflow_dispatch:
    inputs:
      run: { required: true }
      parameters: { default: '{}' }
jobs:
  train:
    runs-on: [self-hosted, gpu]
    outputs: { answer: "\${{ steps.think.outputs.answer }}" }
    steps:
      - uses: actions/checkout@v5
      - id: think
        run: |
          echo "answer=$(echo "$GIVEN" | wc -c)" >> "$GITHUB_OUTPUT"
          echo "run $GITHUB_RUN_ID $GITHUB_WORKFLOW"
        env: { GIVEN: "\${{ inputs.parameters }}" }
      - if: fromJSON(inputs.parameters).fail
        run: exit 4
      - if: always()
        run: echo "## done \${{ job.status }}" >> "$GITHUB_STEP_SUMMARY"
  after:
    needs: train
    runs-on: ubuntu-latest
    steps:
      - run: test "\${{ needs.train.outputs.answer }}" = 3
`;

test("a dispatch runs the workflow's jobs on a runner with the labels", async () => {
  await using directory = await temporaryDirectory();
  await directory.write(".github/workflows/train.yml", TRAIN);
  await using fake = await startFakeGitHub({ directory: directory.path });
  const call = client(fake);
  const started = await call("POST", "/actions/workflows/train.yml/dispatches", {
    ref: "main",
    inputs: { run: "R1" },
    return_run_details: true,
  });
  assert.equal(started.status, 200);
  const id = started.body["workflow_run_id"];
  await fake.idle();
  assert.equal((await call("GET", `/actions/runs/${id}`)).body["status"], "queued");
  fake.addRunner({ name: "gpu-1", labels: ["self-hosted", "linux", "gpu"] });
  await fake.idle();
  const run = (await call("GET", `/actions/runs/${id}`)).body;
  assert.deepEqual([run["status"], run["conclusion"], run["display_title"]], ["completed", "success", "train R1"]);
  const jobs = (await call("GET", `/actions/runs/${id}/jobs`)).body["jobs"] as { name: string; conclusion: string; runner_name: string }[];
  assert.deepEqual(
    jobs.map((job) => [job.name, job.conclusion, job.runner_name]),
    [
      ["train", "success", "gpu-1"],
      ["after", "success", "Hosted"],
    ],
  );
  assert.match(fake.state.runs[0]!.jobs[0]!.log, new RegExp(`run ${id} Train`));
  assert.match(fake.state.runs[0]!.jobs[0]!.summary, /## done success/);
});

test("a failing step fails the run, skips the job that needs it, and always() still runs", async () => {
  await using directory = await temporaryDirectory();
  await directory.write(".github/workflows/train.yml", TRAIN);
  await using fake = await startFakeGitHub({ directory: directory.path, runners: [{ name: "gpu-1", labels: ["self-hosted", "gpu"] }] });
  await client(fake)("POST", "/actions/workflows/train.yml/dispatches", {
    ref: "main",
    inputs: { run: "R1", parameters: '{"fail":true}' },
  });
  await fake.idle();
  const run = fake.state.runs[0]!;
  assert.deepEqual([run.conclusion, run.jobs.map((job) => job.conclusion)], ["failure", ["failure", "skipped"]]);
  assert.match(run.jobs[0]!.summary, /done failure/);
});

test("cancelling kills the step and its children", async () => {
  await using fake = await startFakeGitHub({ cancelGraceMs: 100 });
  fake.addWorkflow(
    "slow.yml",
    "on: workflow_dispatch\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: 'echo started; sleep 60' }] } }",
  );
  const call = client(fake);
  const { body } = await call("POST", "/actions/workflows/slow.yml/dispatches", { ref: "main", return_run_details: true });
  while (!fake.state.runs[0]!.jobs[0]!.log.includes("\nstarted")) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal((await call("POST", `/actions/runs/${body["workflow_run_id"]}/cancel`)).status, 202);
  await fake.idle();
  assert.equal(fake.state.runs[0]!.conclusion, "cancelled");
  assert.equal((await call("POST", `/actions/runs/${body["workflow_run_id"]}/cancel`)).status, 409);
});

test("a pull request starts its workflow at the merge commit, with a token that holds what the job asks for alone", async () => {
  await using fake = await startFakeGitHub();
  fake.addWorkflow(
    "check.yml",
    `on: { pull_request: { paths: ["*.csv"] }, schedule: [{ cron: "0 0 * * *" }] }
permissions: {}
jobs:
  judge:
    if: github.event_name == 'schedule' || github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-latest
    permissions: { contents: read, pull-requests: write }
    steps:
      - run: |
          echo "$GITHUB_EVENT_NAME $GITHUB_REF $GITHUB_SHA \${{ github.event.pull_request.head.sha }}"
          echo "token=$TOKEN" >> "$GITHUB_OUTPUT"
        id: look
        env: { TOKEN: "\${{ github.token }}" }
    outputs: { token: "\${{ steps.look.outputs.token }}" }
`,
  );
  const head = "a".repeat(40);
  const pull = fake.addPull({ headSha: head });
  const run = fake.trigger("check.yml", { name: "pull_request", number: pull });
  await fake.idle();
  assert.equal(run.conclusion, "success", run.jobs[0]?.log);
  assert.match(run.jobs[0]!.log, new RegExp(`^pull_request refs/pull/${pull}/merge [0-9a-f]{40} ${head}$`, "m"));
  assert.doesNotMatch(run.jobs[0]!.log, new RegExp(`${head} ${head}`));
  const call = client(fake, run.jobs[0]!.outputs["token"]);
  assert.equal((await call("POST", `/issues/${pull}/comments`, { body: "x" })).status, 201);
  const check = await call("POST", "/check-runs", { name: "x", head_sha: head });
  assert.deepEqual([check.status, check.headers.get("x-accepted-github-permissions")], [403, "checks=write"]);
  assert.equal(fake.trigger("check.yml", { name: "schedule" }).event.name, "schedule");
  await fake.idle();
  assert.throws(() => fake.trigger("check.yml", { name: "pull_request", number: 99 }), /#99 is not a pull request/);
  fake.addWorkflow("push.yml", "on: push\njobs: {}");
  assert.throws(() => fake.trigger("push.yml", { name: "schedule" }), /does not run on schedule/);
});

test("dispatches that GitHub refuses are refused in its words", async () => {
  await using fake = await startFakeGitHub();
  fake.addWorkflow("train.yml", TRAIN);
  fake.addWorkflow("push.yml", "on: push\njobs: {}");
  const call = client(fake);
  const dispatch = async (workflow: string, body: unknown) => {
    const answer = await call("POST", `/actions/workflows/${workflow}/dispatches`, body);
    return `${answer.status} ${answer.body["message"]}`;
  };
  assert.equal(await dispatch("nothing.yml", { ref: "main" }), "404 Not Found");
  assert.equal(await dispatch("train.yml", { ref: "nowhere" }), "422 No ref found for: nowhere");
  assert.equal(
    await dispatch("train.yml", { ref: "main", inputs: { run: "x", colour: "y" } }),
    '422 Unexpected inputs provided: ["colour"]',
  );
  assert.equal(await dispatch("train.yml", { ref: "main" }), "422 Required input 'run' not provided");
  assert.equal(await dispatch("push.yml", { ref: "main" }), "422 Workflow does not have 'workflow_dispatch' trigger");
});

test("lists come in pages with links, and an unchanged one answers 304", async () => {
  await using fake = await startFakeGitHub();
  const pull = fake.addPull({ headSha: "a".repeat(40) });
  for (let i = 0; i < 5; i++) fake.addComment(pull, `comment ${i}`, "mona");
  const call = client(fake);
  const first = await call("GET", `/issues/${pull}/comments?per_page=2`);
  assert.equal(first.body.length, 2);
  assert.match(first.headers.get("link")!, /page=2>; rel="next".*page=3>; rel="last"/);
  const last = await call("GET", `/issues/${pull}/comments?per_page=2&page=3`);
  assert.equal(last.body.length, 1);
  assert.doesNotMatch(last.headers.get("link")!, /rel="next"/);
  assert.equal(
    (await call("GET", `/issues/${pull}`, undefined, { "if-none-match": (await call("GET", `/issues/${pull}`)).headers.get("etag")! }))
      .status,
    304,
  );
});

test("a token without the permission gets 403 with GitHub's header, an unknown one 401", async () => {
  await using fake = await startFakeGitHub({ tokens: { ghs_reader: { permissions: { "pull-requests": "read" } } } });
  const pull = fake.addPull({ headSha: "a".repeat(40) });
  const refused = await client(fake, "ghs_reader")("POST", `/issues/${pull}/comments`, { body: "x" });
  assert.deepEqual(
    [refused.status, refused.headers.get("x-accepted-github-permissions"), refused.body["message"]],
    [403, "pull_requests=write", "Resource not accessible by integration"],
  );
  assert.equal((await client(fake, "ghs_reader")("GET", `/issues/${pull}/comments`)).status, 200);
  assert.equal((await client(fake, "ghp_none")("GET", `/issues/${pull}/comments`)).status, 401);
});

test("a breach of GitHub's description is kept and fails the close", async () => {
  const fake = await startFakeGitHub();
  const call = client(fake);
  await call("POST", "/issues", { titel: "x" });
  await call("GET", "/stargazers");
  await assert.rejects(fake.close(), /required property 'title'[\s\S]*no field titel[\s\S]*stargazers is none of the operations/);
});

test("a successful deployment makes the older one of its environment inactive", async () => {
  await using fake = await startFakeGitHub();
  const call = client(fake);
  for (let i = 0; i < 2; i++) {
    const { body } = await call("POST", "/deployments", { ref: "main", environment: "staging", required_contexts: [] });
    assert.equal((await call("POST", `/deployments/${body["id"]}/statuses`, { state: "success" })).status, 201);
  }
  assert.deepEqual(
    fake.state.deployments.map((deployment) => deployment.statuses.map((status) => status.state)),
    [["success", "inactive"], ["success"]],
  );
});

test("asking inside a window that was forbidden is a violation", async () => {
  const clock = fakeClock();
  const fake = await startFakeGitHub({ clock });
  fake.fail({ fault: { kind: "secondary-limit", retryAfterSeconds: 30 } });
  const call = client(fake);
  assert.equal((await call("GET", "/issues")).status, 403);
  await clock.advance(29_000);
  await call("GET", "/issues");
  await clock.advance(1_000);
  assert.equal((await call("GET", "/issues")).status, 200);
  await assert.rejects(fake.close(), /inside a window/);
});
