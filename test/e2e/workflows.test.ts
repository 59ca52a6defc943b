// Every workflow file of examples/digits, run in the order of a model's life: on a pull request, trained, delivered, watched. The actions are the built bundles.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "@modelyard/testkit";
import { sourceRows, writeRows } from "../../examples/digits/add-data.ts";
import { type DigitsRepository, digitsRepository } from "./testing/digits-repository.ts";
import { startClients, startGateway } from "./testing/gateway-process.ts";

/** Steps of seconds, not of hours; the rules are the same. */
const PROMOTE = "      plan: [shadow, 30, 100]\n      min-samples: 40\n      min-time: 1s\n      max-time: 60s\n";
const SIDE = 8;

const pixels: readonly (readonly number[])[] = sourceRows().map((line) =>
  line
    .split(",")
    .slice(0, SIDE * SIDE)
    .map(Number),
);
/** What a new scanner would send: one pixel to the right, and paler. */
const rescanned = pixels.map((row) => row.map((_, i) => (i % SIDE === 0 ? 0 : Math.round(row[i - 1]! * 0.75))));

async function pushData(repository: DigitsRepository, rows: number): Promise<string> {
  writeRows(join(repository.path, "data", "digits.csv"), rows);
  const pushed = await repository.modelyard("dataset-push");
  assert.equal(pushed.code, 0, pushed.stderr);
  return repository.commit(`${rows} digits`);
}

/** A pull request with the state of the checkout; answers the comment that pr.yml wrote on it. */
async function judgePull(repository: DigitsRepository, headSha: string): Promise<string> {
  const { github } = repository;
  repository.clean();
  const number = github.addPull({ headSha });
  const run = github.trigger("pr.yml", { name: "pull_request", number });
  await github.idle();
  assert.equal(run.conclusion, "success", run.jobs[0]?.log);
  const comments = github.state.comments.filter((comment) => comment.issue === number);
  assert.deepEqual([comments.length, github.state.checks.at(-1)?.headSha], [1, headSha]);
  return comments[0]!.body;
}

/** Trains as a person would from the shell; answers the run. */
async function trainByHand(repository: DigitsRepository, ...args: string[]): Promise<string> {
  repository.clean();
  const trained = await repository.modelyard("train", "--poll-interval", "100ms", "--json", ...args);
  assert.equal(trained.code, 0, trained.stderr + repository.github.state.runs.at(-1)?.jobs[0]?.log);
  return (JSON.parse(trained.stdout) as { run: string }).run;
}

async function deliver(repository: DigitsRepository, run: string): Promise<string> {
  const { github, env } = repository;
  repository.clean();
  const answer = await fetch(`${github.url}/repos/octo/digits/actions/workflows/deliver.yml/dispatches`, {
    method: "POST",
    headers: { authorization: `Bearer ${env["GITHUB_TOKEN"]}` },
    body: JSON.stringify({ ref: "main", inputs: { run } }),
  });
  assert.equal(answer.status, 204, await answer.text());
  await github.idle();
  const delivery = github.state.runs.at(-1)!;
  assert.equal(delivery.conclusion, "success", delivery.jobs[0]?.log);
  return delivery.jobs[0]!.log;
}

test("examples/digits: pr.yml, train.yml, deliver.yml and monitor.yml run as they stand, each with no more permissions than it asks for", async () => {
  await using home = await temporaryDirectory("modelyard-workflows-");
  await using repository = await digitsRepository(home, PROMOTE);
  const { github } = repository;

  const first = await pushData(repository, 1_000);
  const comment = await judgePull(repository, first);
  assert.match(comment, /No baseline: /, "nothing is in production yet");
  const run = await trainByHand(repository);

  await using gateway = await startGateway(repository, "digits");
  await using clients = startClients(gateway.url, "digits", pixels);
  assert.match(await deliver(repository, run), /digits@1 is in production/);

  const second = await pushData(repository, 1_500);
  assert.match(await judgePull(repository, second), /against digits@/, "production is the baseline");
  const better = await trainByHand(repository);
  assert.match(await deliver(repository, better), /digits@2 is in production/);
  assert.deepEqual(
    github.state.deployments.map((deployment) => [deployment.environment, deployment.statuses.at(-1)?.state]),
    [
      ["production", "success"],
      ["production", "success"],
    ],
  );

  clients.send(rescanned);
  await pushData(repository, 1_797);
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  repository.clean();
  const runs = github.state.runs.length;
  const watch = github.trigger("monitor.yml", { name: "schedule" });
  await github.idle();
  assert.equal(watch.conclusion, "success", watch.jobs[0]?.log);
  assert.deepEqual(
    github.state.issues.filter((issue) => issue.pull === undefined).map((issue) => [issue.state, /digits/.test(issue.title)]),
    [["open", true]],
    watch.jobs[0]?.log,
  );
  const retraining = github.state.runs.slice(runs + 1);
  assert.deepEqual(
    retraining.map(({ workflow, conclusion, inputs }) => [workflow.name, conclusion, inputs["dataset"]]),
    [["train", "success", "digits@3"]],
    watch.jobs[0]?.log,
  );
  const failed = [...clients.counts].filter(([outcome]) => outcome !== "200" && outcome !== "waiting");
  assert.deepEqual(failed, [], "no request was dropped while versions changed");
  assert.ok(clients.counts.get("200")! > 100);
});
