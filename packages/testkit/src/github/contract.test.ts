import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadContract } from "./contract.ts";
import type { Operation } from "./operations.ts";

const contract = loadContract();
const none = new URLSearchParams();

test("GitHub's own examples pass, but for those known to be sloppy", () => {
  const examples = JSON.parse(readFileSync(new URL("../../openapi/examples.json", import.meta.url), "utf8")) as {
    operation: Operation;
    status: string;
    name: string;
    body: unknown;
  }[];
  const bad = examples.filter((example) => contract.checkResponse(example.operation, Number(example.status), example.body).length > 0);
  // Each misses a field that the description requires (`language`, `type` of a team, `created_at`), or is null for an empty object.
  const sloppy = [
    "GET /repos/{owner}/{repo} 200",
    "GET /repos/{owner}/{repo}/pulls 200",
    "GET /repos/{owner}/{repo}/pulls/{pull_number} 200",
    "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls 200",
    "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs 200",
    "POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel 202",
  ];
  assert.deepEqual([examples.length, bad.map((example) => `${example.operation} ${example.status}`)], [32, sloppy]);
});

test("the most specific route wins and its parameters are decoded", () => {
  assert.deepEqual(contract.match("GET", "/repos/o/r/issues/comments/7"), {
    operation: "GET /repos/{owner}/{repo}/issues/comments/{comment_id}",
    parameters: { owner: "o", repo: "r", comment_id: "7" },
  });
  assert.equal(contract.match("GET", "/repos/o/r/nothing"), undefined);
  assert.equal(contract.match("GET", "/repos/o/r/commits/a%2Fb/check-runs")?.parameters["ref"], "a/b");
});

test("wrong requests are named", () => {
  const comment = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
  assert.deepEqual(contract.checkRequest(comment, none, { body: "x" }), []);
  assert.match(contract.checkRequest(comment, none, {}).join(), /required property 'body'/);
  assert.match(contract.checkRequest(comment, none, { body: "x", colour: 1 }).join(), /no field colour/);
  const list = "GET /repos/{owner}/{repo}/issues";
  assert.match(
    contract.checkRequest(list, new URLSearchParams("per_page=x&state=never&pge=1"), undefined).join(),
    /per_page is not.*state is none of.*no query parameter pge/,
  );
  const dispatch = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
  const inputs = Object.fromEntries(Array.from({ length: 26 }, (_, i) => [`i${i}`, ""]));
  assert.match(contract.checkRequest(dispatch, none, { ref: "main", inputs }).join(), /more than 25/);
});

test("wrong answers are named", () => {
  assert.match(contract.checkResponse("GET /repos/{owner}/{repo}/issues/{issue_number}", 200, {}).join(), /required property/);
  assert.match(contract.checkResponse("GET /repos/{owner}/{repo}/pulls", 418, {}).join(), /status 418/);
  assert.deepEqual(contract.checkResponse("GET /repos/{owner}/{repo}/pulls", 502, { message: "x" }), []);
  assert.match(contract.checkResponse("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", 204, {}).join(), /sends none/);
});
