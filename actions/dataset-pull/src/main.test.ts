import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { datasetPush } from "@modelyard/operations/dataset-push";
import { testContext } from "@modelyard/operations/testing/test-context";
import { runProcess, type TemporaryDirectory, temporaryDirectory } from "@modelyard/testkit";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

async function runMain(workspace: TemporaryDirectory, inputs: Readonly<Record<string, string>>) {
  for (const name of ["output", "summary"]) await workspace.write(name, "");
  const given = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  const files = { GITHUB_WORKSPACE: workspace.path, GITHUB_OUTPUT: workspace.at("output"), GITHUB_STEP_SUMMARY: workspace.at("summary") };
  return runProcess(process.execPath, [main], { cwd: workspace.path, env: { ...given, ...files } });
}

/** The outputs of a step as the runner reads them: `name<<delimiter`, value, delimiter. */
function outputsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^([a-z-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map((match) => [match[1]!, match[3]!]));
}

test("the step restores a version, and a second time fetches nothing", async () => {
  await using workspace = await temporaryDirectory();
  await workspace.write("data/a.txt", "12345");
  const { digest } = await datasetPush({ name: "letters", path: "data", examples: "auto" }, testContext(workspace.path));
  for (const fetched of ["5", "0"]) {
    const result = await runMain(workspace, { name: "letters", path: "out" });
    assert.equal(result.code, 0, result.stdout + result.stderr);
    assert.deepEqual(outputsOf(await workspace.read("output")), {
      version: "1",
      digest,
      files: "1",
      bytes: "5",
      "bytes-fetched": fetched,
      path: workspace.at("out"),
    });
    assert.equal(await workspace.read("out/a.txt"), "12345");
  }
});

test("a version that is not there fails the step and makes no directory", async () => {
  await using workspace = await temporaryDirectory();
  await workspace.write("data/a.txt", "1");
  await datasetPush({ name: "letters", path: "data", examples: "auto" }, testContext(workspace.path));
  const result = await runMain(workspace, { name: "letters", version: "7", path: "out" });
  assert.equal(result.code, 1);
  assert.match(result.stdout, /::error::.*no version 7/);
  assert.equal(
    (await workspace.files()).some((file) => file.startsWith("out/")),
    false,
  );
});

test("a misspelt split is one error that lists the splits", async () => {
  await using workspace = await temporaryDirectory();
  const result = await runMain(workspace, { name: "letters", split: "tset" });
  assert.equal(result.code, 1);
  assert.match(result.stdout, /train.*validation.*test.*all/s);
});
