import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { datasetPush } from "@modelyard/operations/dataset-push";
import { testContext } from "@modelyard/operations/testing/test-context";
import { type FakeGitHub, startFakeGitHub, startProcess, type TemporaryDirectory, temporaryDirectory } from "@modelyard/testkit";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const WORKFLOW = (step: string): string => `run-name: Train \${{ inputs.run }}
on: { workflow_dispatch: { inputs: { run: {}, dataset: {}, yard: {}, parameters: {} } } }
jobs: { train: { runs-on: [self-hosted, gpu], steps: [{ run: "${step}" }] } }
`;

async function prepare(workspace: TemporaryDirectory): Promise<void> {
  for (const name of ["output", "summary"]) await workspace.write(name, "");
  await workspace.write(
    "modelyard.yml",
    "yard: the-yard\ndatasets: { line: {} }\nmodels: { line-model: { dataset: line, train: { parameters: { epochs: 2 } } } }\n",
  );
  await workspace.write("data/a.csv", "a,b\n1,2\n3,4\n");
  await datasetPush({ yard: "the-yard", name: "line", path: "data", examples: "auto" }, testContext(workspace.path));
}

function startMain(workspace: string, fake: FakeGitHub, inputs: Readonly<Record<string, string>>) {
  const given = { "github-token": "ghs_test", "poll-interval": "50ms", ...inputs };
  const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  const job = {
    GITHUB_WORKSPACE: workspace,
    GITHUB_OUTPUT: `${workspace}/output`,
    GITHUB_STEP_SUMMARY: `${workspace}/summary`,
    GITHUB_REPOSITORY: "octo/yard",
    GITHUB_API_URL: fake.url,
  };
  return startProcess(process.execPath, [main], { cwd: workspace, env: { ...env, ...job } });
}

test("the step starts the workflow with what modelyard.yml says, waits, and puts out how it ended", async () => {
  await using workspace = await temporaryDirectory();
  await prepare(workspace);
  await using fake = await startFakeGitHub({ runners: [{ name: "gpu-1", labels: ["self-hosted", "gpu"] }] });
  fake.addWorkflow("train.yml", WORKFLOW("true"));
  const result = await startMain(workspace.path, fake, {}).result;
  assert.equal(result.code, 0, result.stdout + result.stderr);
  const { inputs } = fake.state.runs[0]!;
  assert.deepEqual(
    [Object.keys(inputs).sort(), inputs["dataset"], inputs["parameters"]],
    [["dataset", "parameters", "run", "yard"], "line@1", '{"epochs":2}'],
  );
  const output = await workspace.read("output");
  for (const [name, value] of Object.entries({ run: inputs["run"]!, conclusion: "success", trained: "true", "new-examples": "2" }))
    assert.match(output, new RegExp(`${name}<<[^\n]+\n${value}\n`));
  assert.ok(!(result.stdout.replace("::add-mask::ghs_test", "") + output).includes("ghs_test"));
});

test("a cancelled step cancels the training and fails", async () => {
  await using workspace = await temporaryDirectory();
  await prepare(workspace);
  await using fake = await startFakeGitHub({ runners: [{ name: "gpu-1", labels: ["self-hosted", "gpu"] }], cancelGraceMs: 200 });
  fake.addWorkflow("train.yml", WORKFLOW("sleep 60"));
  const running = startMain(workspace.path, fake, {});
  while (fake.state.runs[0]?.status !== "in_progress") await new Promise((resolve) => setTimeout(resolve, 20));
  running.kill("SIGINT");
  const result = await running.result;
  await fake.idle();
  assert.deepEqual([result.code, fake.state.runs[0]?.conclusion], [1, "cancelled"], result.stdout);
  assert.match(result.stdout, /::error::[^\n]*cancelled/);
});

test("a failed training fails the step with its outputs; wrong inputs are all named at once", async () => {
  await using workspace = await temporaryDirectory();
  await prepare(workspace);
  await using fake = await startFakeGitHub({ runners: [{ name: "gpu-1", labels: ["self-hosted", "gpu"] }] });
  fake.addWorkflow("train.yml", WORKFLOW("exit 3"));
  const failed = await startMain(workspace.path, fake, {}).result;
  assert.deepEqual([failed.code, /::error::[^\n]*ended as failure[^\n]*actions\/runs\/\d+/.test(failed.stdout)], [1, true], failed.stdout);
  assert.match(await workspace.read("output"), /conclusion<<[^\n]+\nfailure\n/);
  const wrong = await startMain(workspace.path, fake, { timeout: "soon", wait: "maybe", parameters: "{" }).result;
  assert.equal(wrong.code, 1);
  for (const name of ["timeout", "wait", "parameters"]) assert.match(wrong.stdout, new RegExp(`::error::[^\n]*${name}`));
  assert.equal(fake.state.runs.length, 1);
});
