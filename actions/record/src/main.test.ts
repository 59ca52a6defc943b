import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { writeModelFiles } from "@modelyard/operations/testing/model-files";
import { runProcess, temporaryDirectory } from "@modelyard/testkit";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

async function runMain(workspace: string, inputs: Readonly<Record<string, string>>) {
  const env = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  return runProcess(process.execPath, [main], {
    cwd: workspace,
    env: {
      ...env,
      GITHUB_WORKSPACE: workspace,
      GITHUB_OUTPUT: `${workspace}/output`,
      GITHUB_STEP_SUMMARY: `${workspace}/summary`,
      MY_SECRET: "hunter2",
    },
  });
}

test("the step records a run and puts out its id, digests and the model's digest", async () => {
  await using workspace = await temporaryDirectory();
  await writeModelFiles(workspace.at("out"));
  for (const name of ["output", "summary"]) await workspace.write(name, "");
  await workspace.write("modelyard.yml", "yard: the-yard\nmodels:\n  line: {}\n");
  const result = await runMain(workspace.path, {
    model: "out/model.onnx",
    parameters: '{"epochs": 2}',
    outcome: "success",
    artifacts: "modelyard.yml\nout/*.json",
  });
  assert.equal(result.code, 0, result.stdout + result.stderr);
  const output = await readFile(workspace.at("output"), "utf8");
  const run = /\n([0-9A-HJKMNP-TV-Z]{26})\n/.exec(output)?.[1];
  assert.ok(run, output);
  assert.match(output, /model-digest<<[^\n]+\nsha256:[0-9a-f]{64}\n/);
  assert.match(output, /"name":"out\/golden\.json","role":"golden"/);
  const started = JSON.parse(await workspace.read(`the-yard/runs/${run}/00000001.json`));
  assert.deepEqual([started.type, started.model, started.parameters], ["started", "line", { epochs: 2 }]);
  assert.match(await workspace.read("summary"), new RegExp(`Run \`${run}\``));
  for (const file of await workspace.files()) assert.ok(!(await workspace.read(file)).includes("hunter2"), file);
});

test("wrong inputs fail the step with one error that names them, and write no run", async () => {
  await using workspace = await temporaryDirectory();
  for (const name of ["output", "summary"]) await workspace.write(name, "");
  const result = await runMain(workspace.path, { event: "begun", duration: "soon", parameters: "{" });
  assert.equal(result.code, 1);
  for (const name of ["event", "duration", "parameters"]) assert.match(result.stdout, new RegExp(`::error::[^\n]*${name}`));
  assert.equal((await workspace.files()).join(), "output,summary");
});
