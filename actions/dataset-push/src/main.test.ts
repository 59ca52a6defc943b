import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runProcess, type TemporaryDirectory, temporaryDirectory } from "@modelyard/testkit";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

async function runMain(
  workspace: TemporaryDirectory,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
) {
  for (const name of ["output", "summary"]) await workspace.write(name, "");
  const given = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  const files = { GITHUB_WORKSPACE: workspace.path, GITHUB_OUTPUT: workspace.at("output"), GITHUB_STEP_SUMMARY: workspace.at("summary") };
  return runProcess(process.execPath, [main], { cwd: workspace.path, env: { ...given, ...files, ...env } });
}

/** The outputs of a step as the runner reads them: `name<<delimiter`, value, delimiter. */
function outputsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^([a-z-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map((match) => [match[1]!, match[3]!]));
}

test("the step pushes what modelyard.yml names, and the same again changes nothing", async () => {
  await using workspace = await temporaryDirectory();
  await workspace.write("data/t.csv", "x,label\n1,a\n2,b\n");
  await workspace.write("modelyard.yml", "datasets:\n  letters:\n    path: data\n    label-column: label\n");
  for (const changed of ["true", "false"]) {
    const result = await runMain(workspace, {});
    assert.equal(result.code, 0, result.stdout + result.stderr);
    const { digest, "bytes-added": added, ...outputs } = outputsOf(await workspace.read("output"));
    assert.match(digest!, /^sha256:[0-9a-f]{64}$/);
    assert.equal(Number(added) > 0, changed === "true");
    const newExamples = changed === "true" ? "2" : "0";
    assert.deepEqual(outputs, {
      version: "1",
      changed,
      files: "1",
      examples: "2",
      "new-examples": newExamples,
      bytes: "16",
      pointer: "letters.dataset.json",
    });
    assert.match(await workspace.read("summary"), /letters@1/);
  }
});

test("a directory yard on a hosted runner is refused unless it may vanish", async () => {
  await using workspace = await temporaryDirectory();
  await workspace.write("data/a.txt", "1");
  const hosted = { RUNNER_ENVIRONMENT: "github-hosted" };
  const refused = await runMain(workspace, { name: "x", path: "data" }, hosted);
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /::error::.*vanish/);
  const accepted = await runMain(workspace, { name: "x", path: "data", ephemeral: "true" }, hosted);
  assert.equal(accepted.code, 0, accepted.stdout);
});

test("a wrong column fails the step with the columns there are", async () => {
  await using workspace = await temporaryDirectory();
  await workspace.write("data/t.csv", "x,label\n1,a\n");
  const result = await runMain(workspace, { name: "x", path: "data", "label-column": "lable" });
  assert.equal(result.code, 1);
  assert.match(result.stdout, /::error::.*lable.*x, label/s);
  assert.equal(
    (await workspace.files()).some((file) => file.includes("versions")),
    false,
  );
});
