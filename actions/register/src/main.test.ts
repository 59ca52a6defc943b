import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { writeModelFiles } from "@modelyard/operations/testing/model-files";
import { runProcess, temporaryDirectory } from "@modelyard/testkit";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

async function runMain(workspace: string, inputs: Readonly<Record<string, string>>) {
  const env = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  return runProcess(process.execPath, [main], {
    cwd: workspace,
    env: { ...env, GITHUB_WORKSPACE: workspace, GITHUB_OUTPUT: `${workspace}/output`, GITHUB_STEP_SUMMARY: `${workspace}/summary` },
  });
}

/** The outputs of a step as the runner reads them: `name<<delimiter`, value, delimiter. */
function outputsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^([a-z-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map((match) => [match[1]!, match[3]!]));
}

test("the step registers a model from files, and the same again changes nothing", async () => {
  await using workspace = await temporaryDirectory();
  await writeModelFiles(workspace.at("out"));
  await workspace.write("modelyard.yml", "models:\n  line: {}\n");
  for (const changed of ["true", "false"]) {
    for (const name of ["output", "summary"]) await workspace.write(name, "");
    const result = await runMain(workspace.path, { model: "out/model.onnx" });
    assert.equal(result.code, 0, result.stdout + result.stderr);
    const { digest, ...outputs } = outputsOf(await workspace.read("output"));
    assert.deepEqual(outputs, { version: "1", changed, "golden-cases": "20" });
    assert.match(digest!, /^sha256:[0-9a-f]{64}$/);
    assert.match(await workspace.read("summary"), /line@1/);
  }
});

test("a model that is no ONNX fails the step and makes no version", async () => {
  await using workspace = await temporaryDirectory();
  for (const name of ["output", "summary"]) await workspace.write(name, "");
  await writeModelFiles(workspace.at("out"));
  await workspace.write("out/model.onnx", "version https://git-lfs.github.com/spec/v1\n");
  const result = await runMain(workspace.path, { name: "line", model: "out/model.onnx" });
  assert.equal(result.code, 1);
  assert.match(result.stdout, /::error::.*is not an ONNX model/);
  assert.equal(
    (await workspace.files()).some((file) => file.includes("versions")),
    false,
  );
});
