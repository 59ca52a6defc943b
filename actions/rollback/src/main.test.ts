import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { register } from "@modelyard/operations/register";
import { writeModelFiles } from "@modelyard/operations/testing/model-files";
import { setStage } from "@modelyard/operations/testing/set-stage";
import { testContext } from "@modelyard/operations/testing/test-context";
import { runProcess, temporaryDirectory } from "@modelyard/testkit";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

async function runMain(workspace: string, inputs: Readonly<Record<string, string>>) {
  const env = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  return runProcess(process.execPath, [main], {
    cwd: workspace,
    env: { ...env, GITHUB_WORKSPACE: workspace, GITHUB_OUTPUT: `${workspace}/output`, GITHUB_STEP_SUMMARY: `${workspace}/summary` },
  });
}

test("nothing to go back to, a dry run, and no gateway: each says so", async () => {
  await using workspace = await temporaryDirectory();
  await writeModelFiles(workspace.at("out"));
  await register({ name: "line", model: "out/model.onnx", timeout: 30_000 }, testContext(workspace.path));
  for (const name of ["output", "summary"]) await workspace.write(name, "");
  const nothing = await runMain(workspace.path, { name: "line" });
  assert.equal(nothing.code, 1);
  assert.match(nothing.stdout, /::error::.*line has no production version before the present one/);
  const never = await runMain(workspace.path, { name: "line", version: "1" });
  assert.equal(never.code, 1);
  assert.match(never.stdout, /::error::line@1 was never in production/);
  await setStage(workspace.path, "line", "staging", 1);
  const dry = await runMain(workspace.path, { name: "line", version: "1", "dry-run": "true" });
  assert.equal(dry.code, 0, dry.stdout);
  assert.match(dry.stdout, /would go from line@nothing to line@1 at once/);
  const alone = await runMain(workspace.path, { name: "line", version: "1", "claim-timeout": "300ms" });
  assert.equal(alone.code, 1);
  assert.match(alone.stdout, /::error::.*no gateway took up rollout 1/);
});
