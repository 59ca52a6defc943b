import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { register } from "@modelyard/operations/register";
import { writeModelFiles } from "@modelyard/operations/testing/model-files";
import { testContext } from "@modelyard/operations/testing/test-context";
import { runProcess, type TemporaryDirectory, temporaryDirectory } from "@modelyard/testkit";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

async function workspaceWithModel(): Promise<TemporaryDirectory> {
  const workspace = await temporaryDirectory();
  await writeModelFiles(workspace.at("out"));
  await register({ name: "line", model: "out/model.onnx", timeout: 30_000 }, testContext(workspace.path));
  for (const name of ["output", "summary"]) await workspace.write(name, "");
  return workspace;
}

async function runMain(workspace: string, inputs: Readonly<Record<string, string>>) {
  const env = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  return runProcess(process.execPath, [main], {
    cwd: workspace,
    env: { ...env, GITHUB_WORKSPACE: workspace, GITHUB_OUTPUT: `${workspace}/output`, GITHUB_STEP_SUMMARY: `${workspace}/summary` },
  });
}

test("a dry run prints the plan of modelyard.yml as data and writes nothing", async () => {
  await using workspace = await workspaceWithModel();
  await workspace.write(
    "modelyard.yml",
    "models:\n  line:\n    promote:\n      plan: [shadow, { percent: 20, min-samples: 7, min-time: 5s }, 100]\n      alpha: 0.01\n",
  );
  const result = await runMain(workspace.path, { "dry-run": "true" });
  assert.equal(result.code, 0, result.stdout + result.stderr);
  assert.match(result.stdout, /would promote line@1: 100 %/);
  assert.match(result.stdout, /"alpha": 0.01/);
  assert.equal(
    (await workspace.files()).some((file) => file.includes("rollouts")),
    false,
  );
  assert.match(await workspace.read("output"), /^version<<(\S+)\n1\n\1$/m);
});

test("without a gateway the step fails, says what to start, and withdraws the rollout", async () => {
  await using workspace = await workspaceWithModel();
  const result = await runMain(workspace.path, { name: "line", "claim-timeout": "500ms" });
  assert.equal(result.code, 1);
  assert.match(result.stdout, /::error::.*no gateway took up rollout 1 of line@1/);
  assert.match(result.stdout, /modelyard gateway --model line/);
  const last = (await workspace.files()).filter((file) => file.includes("rollouts")).at(-1)!;
  assert.match(await workspace.read(last), /"type":"aborted"/);
});

test("a plan that falls fails the step and names the step of the plan", async () => {
  await using workspace = await workspaceWithModel();
  const result = await runMain(workspace.path, { name: "line", plan: "30, 10" });
  assert.equal(result.code, 1);
  assert.match(result.stdout, /::error::.*step 2 falls from 30 %/);
});
