import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { secretForms } from "@modelyard/inputs";
import { naughtyStrings } from "@modelyard/testkit/naughty-strings";
import fc from "fast-check";
import { commandsIn, pairsIn } from "./testing/runner-grammar.ts";

const SCALE = Number(process.env["MODELYARD_TEST_SCALE"] ?? "1");
const directory = mkdtempSync(join(tmpdir(), "modelyard-action-"));
after(() => rmSync(directory, { recursive: true, force: true }));

interface StepResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  file(name: "OUTPUT" | "STATE" | "ENV" | "PATH" | "STEP_SUMMARY"): string;
}

/** Runs a source file of the tests as the runner runs a step. */
function runStep(script: string, inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): StepResult {
  const home = mkdtempSync(join(directory, "step-"));
  const files = Object.fromEntries(["OUTPUT", "STATE", "ENV", "PATH", "STEP_SUMMARY"].map((name) => [`GITHUB_${name}`, join(home, name)]));
  for (const path of Object.values(files)) writeFileSync(path, "");
  const variables = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  const result = spawnSync(process.execPath, [join(import.meta.dirname, "testing", script)], {
    cwd: home,
    encoding: "utf8",
    env: { GITHUB_WORKSPACE: home, ...files, ...variables, ...env },
  });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr, file: (name) => readFileSync(join(home, name), "utf8") };
}

function printAll(texts: readonly string[], env: Readonly<Record<string, string>> = {}): StepResult {
  const path = join(mkdtempSync(join(directory, "texts-")), "texts.json");
  writeFileSync(path, JSON.stringify(texts));
  return runStep("print-everything.ts", { texts: path, token: "tok_secret_0123456789" }, env);
}

const OURS = new Set(["add-mask", "debug", "notice", "warning", "group", "endgroup"]);

function assertNothingForged(result: StepResult, texts: readonly string[]): void {
  assert.equal(result.status, 0, result.stdout.slice(-2_000) + result.stderr);
  const commands = commandsIn(result.stdout);
  assert.deepEqual(
    commands.filter((name) => !OURS.has(name)),
    [],
  );
  for (const name of ["debug", "notice", "warning", "group", "endgroup"])
    assert.equal(commands.filter((command) => command === name).length, texts.length, name);
  assert.deepEqual(
    pairsIn(result.file("OUTPUT")).map(([key]) => key),
    ["result", "items", "document"],
  );
  assert.ok(pairsIn(result.file("STATE")).every(([key]) => key === "kept"));
  assert.equal(pairsIn(result.file("STATE")).length, texts.length);
  assert.equal(result.file("ENV") + result.file("PATH"), "");
  assert.deepEqual(JSON.parse(new Map(pairsIn(result.file("OUTPUT"))).get("document") ?? ""), texts);
}

test("no hostile text forges a command or adds a key to any file of the runner", () => {
  const texts = naughtyStrings.filter((text) => text.isWellFormed());
  assertNothingForged(printAll(texts, { RUNNER_DEBUG: "1" }), texts);
});

/** As many as the job summary of one step holds. */
const MIXTURES_A_STEP = 1_000;

test(`S2: nor do ${MIXTURES_A_STEP * SCALE} generated mixtures`, () => {
  const part = fc.oneof(
    fc.constantFrom(...naughtyStrings.filter((text) => text.isWellFormed() && text.length < MIXTURES_A_STEP)),
    fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
  );
  const mixture = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(""));
  for (let step = 0; step < SCALE; step++) {
    const texts = fc.sample(mixture, { numRuns: MIXTURES_A_STEP, seed: 7 + step });
    assertNothingForged(printAll(texts), texts);
  }
});

test("secrets are masked in every form before anything else is printed, and never appear again", () => {
  const secret = 'line one "q"\nline two+/= é';
  const forms = secretForms(secret);
  const path = join(directory, "secret.json");
  writeFileSync(path, JSON.stringify(["before", ...forms]));
  const result = runStep("print-everything.ts", { texts: path, token: secret });
  const lines = result.stdout.split("\n");
  const firstOther = lines.findIndex((line) => !line.startsWith("::add-mask::"));
  const masked = lines
    .slice(0, firstOther)
    .map((line) => line.slice("::add-mask::".length).replace(/%0A/g, "\n").replace(/%0D/g, "\r").replace(/%25/g, "%"));
  assert.deepEqual(new Set(masked), new Set(forms));
  const rest = lines.slice(firstOther).join("\n") + result.file("OUTPUT") + result.file("STEP_SUMMARY");
  for (const form of forms) assert.ok(!rest.includes(form), form);
});

const behave = (behaviour: string, env: Readonly<Record<string, string>> = {}, more: Readonly<Record<string, string>> = {}): StepResult =>
  runStep("behave.ts", { behaviour, ...more }, env);

test("a user's error shows message and next step, no stack, and exit code 1", () => {
  const result = behave("user-error");
  assert.equal(result.status, 1);
  assert.equal(result.stdout, "::error::the label column is not there%0ANext step: name another column [LABEL_MISSING]\n");
});

test("a defect shows its stack and where to report it", () => {
  const result = behave("defect");
  assert.equal(result.status, 1);
  assert.match(result.stdout, /^::error::x is undefined%0ANext step: this is a mistake of Modelyard[^\n]*\[DEFECT\]\n/);
  assert.match(result.stdout, /TypeError: x is undefined\n\s+at /);
});

test("debugging shows the stack of every error with its cause", () => {
  assert.match(behave("user-error", { RUNNER_DEBUG: "1" }).stdout, /caused by: Error: ENOENT/);
});

test("parallel failures show the first and count the rest", () => {
  assert.match(behave("many-errors").stdout, /the label column is not there%0A\(and 1 more failures\)/);
});

test("an error thrown outside of the operation's promise still fails the step", () => {
  const result = behave("late-error");
  assert.equal(result.status, 1);
  assert.match(result.stdout, /::error::thrown by a timer/);
});

test("a group is closed when its body throws", () => {
  const result = behave("group-error");
  assert.deepEqual(commandsIn(result.stdout), ["group", "endgroup", "error"]);
});

test("a handle left open does not hold the job", () => {
  assert.equal(behave("leak").status, 0);
});

test("all wrong inputs come in one error, an unknown one with its nearest name", () => {
  const result = behave("yes", {}, { behavior: "x", "github-token": "" });
  assert.equal(result.status, 1);
  assert.equal(commandsIn(result.stdout).join(), "error");
  assert.match(
    result.stdout,
    /2 inputs are wrong%0A {2}- "behavior" is not an input; did you mean behaviour\?%0A {2}- behaviour: got "yes", expected one of /,
  );
});

test("a working directory that is not there is named", () => {
  assert.match(behave("ok", {}, { "working-directory": "nowhere" }).stdout, /working-directory: "nowhere" is not a directory/);
});

test("the event tells the head of a pull request; a payload that is no JSON is left aside with a warning", () => {
  const path = join(directory, "event.json");
  const sha = "a".repeat(40);
  writeFileSync(
    path,
    JSON.stringify({
      pull_request: { number: 7, head: { sha, repo: { full_name: "fork/repo" } }, base: { sha: "b".repeat(40) } },
      repository: { default_branch: "main" },
    }),
  );
  const env = {
    GITHUB_EVENT_PATH: path,
    GITHUB_REPOSITORY: "acme/repo",
    GITHUB_SHA: "c".repeat(40),
    GITHUB_RUN_ID: "12",
    GITHUB_EVENT_NAME: "pull_request",
    GITHUB_SERVER_URL: "https://github.example",
  };
  const job = JSON.parse(new Map(pairsIn(behave("job", env).file("OUTPUT"))).get("job") ?? "") as Record<string, unknown>;
  assert.deepEqual(
    [job["headSha"], job["headRepository"], job["pullRequest"], job["runUrl"], job["defaultBranch"], job["eventName"]],
    [sha, "fork/repo", 7, "https://github.example/acme/repo/actions/runs/12", "main", "pull_request"],
  );
  writeFileSync(path, '{"__proto__": {}}');
  const result = behave("job", env);
  assert.equal(result.status, 0);
  assert.deepEqual(commandsIn(result.stdout), ["warning"]);
});

test("a cancelled job aborts the operation's signal", async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "testing/behave.ts")], {
    cwd: directory,
    env: { INPUT_BEHAVIOUR: "wait", GITHUB_WORKSPACE: directory },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    if (!output.includes("waiting") && chunk.includes("waiting")) child.kill("SIGINT");
    output += chunk.toString();
  });
  const status = await new Promise((resolve) => child.on("exit", resolve));
  assert.equal(status, 1);
  assert.match(output, /::error::cancelled \(SIGINT\)/);
});
