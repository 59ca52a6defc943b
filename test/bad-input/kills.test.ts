// `kill -9` in the middle of an action, then the same command again: what was there is readable at every moment, and the second run ends as if nothing had been.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { isolatedEnvironment, type TemporaryDirectory, temporaryDirectory } from "@modelyard/testkit";
import { treeOf } from "./testing/expect-error.ts";
import { MAIN, modelyard } from "./testing/modelyard.ts";
import { prepareTeam } from "./testing/team.ts";

const POLL_MS = 1;

/** Starts the command line and kills it as soon as `isDue` says so; answers whether it was killed before it ended. */
function killWhen(args: readonly string[], home: TemporaryDirectory, isDue: (log: string) => boolean): Promise<boolean> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, ...args], {
    cwd: home.path,
    env: isolatedEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const timer = setInterval(() => {
    if (isDue(log)) child.kill("SIGKILL");
  }, POLL_MS);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearInterval(timer);
      if (signal === "SIGKILL") resolve(true);
      else if (code === 0) resolve(false);
      else reject(new Error(`ended with ${code}: ${log}`));
    });
  });
}

/** Files of the yard by their path; those being written in `tmp/` come and go. */
function yardFiles(home: TemporaryDirectory): string[] {
  const entries = readdirSync(home.at(".modelyard"), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(home.at(".modelyard"), join(entry.parentPath, entry.name)));
  return paths.filter((path) => !path.startsWith("tmp/"));
}

/** The version from before is whole, and every object under a digest has that digest. */
async function assertWhole(home: TemporaryDirectory): Promise<void> {
  const pulled = await modelyard(["dataset-pull", "--name", "points", "--version", "1", "--path", "check", "--clean"], { cwd: home.path });
  assert.equal(pulled.code, 0, pulled.stderr);
  assert.equal(await home.read("check/rows.csv"), await home.read("data/rows.csv"));
  for (const path of yardFiles(home)) {
    const hex = /^blobs\/sha256\/..\/([0-9a-f]{64})$/.exec(path)?.[1];
    if (hex !== undefined)
      assert.equal(
        createHash("sha256")
          .update(readFileSync(home.at(".modelyard", path)))
          .digest("hex"),
        hex,
      );
  }
}

async function json(args: readonly string[], home: TemporaryDirectory): Promise<Record<string, unknown>> {
  const call = await modelyard([...args, "--json"], { cwd: home.path });
  assert.equal(call.code, 0, call.stderr);
  return JSON.parse(call.stdout) as Record<string, unknown>;
}

test("dataset-push killed at its first word, its first, its 30th and its last objects", async () => {
  await using home = await temporaryDirectory("modelyard-kill-");
  await prepareTeam(home);
  for (let i = 0; i < 60; i++) await home.write(`many/${i}.txt`, `${"example "} ${i}\n`.repeat(400));
  const push = ["dataset-push", "--name", "many", "--path", "many", "--pointer", "many.dataset.json"];
  let killed = 0;
  const before = yardFiles(home).length;
  const due = [
    (log: string) => log.length > 0,
    () => yardFiles(home).length > before,
    () => yardFiles(home).length > before + 30,
    () => existsSync(home.at(".modelyard/datasets/many")),
  ];
  for (const isDue of due) {
    if (await killWhen(push, home, isDue)) killed++;
    await assertWhole(home);
  }
  assert.ok(killed >= 2, `only ${killed} of ${due.length} were killed in time`);
  const pushed = await json(push, home);
  assert.equal(pushed["version"], 1);
  await json(["dataset-pull", "--pointer", "many.dataset.json", "--path", "restored"], home);
  assert.deepEqual(treeOf(home.at("restored")), treeOf(home.at("many")));
});

test("register killed while its files are stored", async () => {
  await using home = await temporaryDirectory("modelyard-kill-");
  await prepareTeam(home);
  const register = ["register", "--name", "other", "--model", "out/model.onnx", "--dataset", "points@1"];
  const isThere = (): boolean => existsSync(home.at(".modelyard/models/other"));
  const before = yardFiles(home).length;
  for (const isDue of [(log: string) => log.length > 0, () => yardFiles(home).length > before, isThere]) {
    await killWhen(register, home, isDue);
    await assertWhole(home);
  }
  // The same model again is its old version, also where the run that made it was killed after it.
  assert.equal((await json(register, home))["version"], 1);
  assert.deepEqual(
    yardFiles(home).filter((path) => path.startsWith("models/other/versions/")),
    ["models/other/versions/1.json"],
  );
  await json(["image", "--name", "other", "--version", "latest", "--dry-run"], home);
});

test("evaluate killed while it scores and while it writes: each result is whole or is not there", async () => {
  await using home = await temporaryDirectory("modelyard-kill-");
  await prepareTeam(home);
  const evaluate = ["evaluate", "--model", "points@1", "--dataset", "points@1", "--baseline", "none", "--output", "results"];
  const exists = (name: string) => (): boolean => existsSync(home.at("results", name));
  for (const isDue of [(log: string) => log.length > 0, exists(""), exists("metrics.json")]) {
    await killWhen(evaluate, home, isDue);
    await assertWhole(home);
    for (const name of ["metrics.json", "comparison.json"]) if (exists(name)()) JSON.parse(await home.read(join("results", name)));
  }
  const outputs = await json(evaluate, home);
  assert.deepEqual([outputs["examples"], outputs["verdict"]], [48, "pass"]);
  assert.equal((await home.read("results/scored-predictions.jsonl")).trimEnd().split("\n").length, 48);
  assert.equal((await modelyard(["report", "--comparison", "results/comparison.json"], { cwd: home.path })).code, 0);
});
