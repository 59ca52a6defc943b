import assert from "node:assert/strict";
import { test } from "node:test";
import { userError } from "@modelyard/base";
import type { ActionSpec } from "@modelyard/inputs";
import { command } from "./command.ts";
import { runCommand } from "./run-command.ts";

const spec = {
  name: "example",
  description: "An example",
  inputs: {
    path: { type: "string", description: "Where", required: true },
    "min-new-examples": { type: "integer", description: "How many", config: "models.*.train.min-new-examples", fallback: "1" },
    split: { type: "enum", description: "Which", values: ["train", "test"], fallback: "test" },
    "github-token": { type: "string", description: "Token", secret: true, default: "${{ github.token }}" },
  },
  outputs: {
    version: { type: "integer", description: "The number" },
    "new-examples": { type: "integer", description: "n" },
    note: { type: "string", description: "n" },
  },
} as const satisfies ActionSpec;

const example = command(spec, async () => async (inputs, context) => {
  context.log.info(`reading ${inputs.path} with ${inputs.githubToken ?? "no token"}`);
  if (inputs.path === "bad") throw userError("PATH_MISSING", "there is no bad", "give another path");
  if (inputs.path === "defect") throw new TypeError("x is undefined");
  return { version: 12, newExamples: inputs.minNewExamples, note: `${inputs.split} ##[error]x` };
});

async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(example, argv, env, {
    out: (text) => out.push(text),
    terminal: { write: (text) => err.push(text), isInteractive: false, columns: 80 },
  });
  return { code, out: out.join(""), err: err.join("") };
}

test("--json prints one object with kept types, and nothing else on standard output", async () => {
  const { code, out, err } = await run(["--path", "data", "--min-new-examples=3", "--json"]);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out), { version: 12, "new-examples": 3, note: "test ##[error]x" });
  assert.equal(out.includes("##["), false);
  assert.equal(err, "reading data with no token\n");
});

test("without --json the outputs are lines", async () => {
  const { out } = await run(["--path", "data"]);
  assert.equal(out, "version: 12\nnew-examples: 1\nnote: test # #[error]x\n");
});

test("the token comes from the environment and is never shown", async () => {
  const { err } = await run(["--path", "data"], { GITHUB_TOKEN: "ghs_0123456789abcdef" });
  assert.equal(err, "reading data with ***\n");
});

test("an error is one message with the next step and exit code 1", async () => {
  const { code, out, err } = await run(["--path", "bad", "--json"]);
  assert.deepEqual(
    [code, out, err],
    [1, "", "reading bad with no token\nmodelyard: there is no bad\nNext step: give another path [PATH_MISSING]\n"],
  );
});

test("a defect shows its stack", async () => {
  const { code, err } = await run(["--path", "defect"]);
  assert.equal(code, 1);
  assert.match(err, /this is a mistake of Modelyard[\s\S]*TypeError: x is undefined\n\s+at /);
});

test("all wrong inputs come at once", async () => {
  const { code, err } = await run(["--split", "tset", "--min-new-examples", "many"]);
  assert.equal(code, 1);
  assert.match(
    err,
    /3 inputs are wrong\n {2}- path is required: give a text\n {2}- min-new-examples: got "many", expected a whole number\n {2}- split: got "tset", expected one of train, test; did you mean test\?/,
  );
});

test("--help lists types, defaults, allowed values and keys of modelyard.yml", async () => {
  const { code, out } = await run(["--help"]);
  assert.equal(code, 0);
  for (const text of [
    "--path <string>\n      Where\n      required",
    "--split train|test",
    "default: test",
    "a whole number; default: 1; modelyard.yml: models.*.train.min-new-examples",
    "default: GITHUB_TOKEN of the environment",
    "new-examples (integer)",
  ]) {
    assert.ok(out.includes(text), text);
  }
});
