import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runProcess, temporaryDirectory } from "@modelyard/testkit";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

interface StepResult {
  readonly code: number | null;
  readonly text: string;
  readonly output: string;
  readonly summary: string;
  readonly comparison: string | undefined;
}

async function step(files: Readonly<Record<string, string>>, inputs: Readonly<Record<string, string>>): Promise<StepResult> {
  await using workspace = await temporaryDirectory();
  for (const [name, content] of Object.entries({ output: "", summary: "", ...files })) await workspace.write(name, content);
  const env = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  const result = await runProcess(process.execPath, [main], {
    cwd: workspace.path,
    env: { ...env, GITHUB_WORKSPACE: workspace.path, GITHUB_OUTPUT: workspace.at("output"), GITHUB_STEP_SUMMARY: workspace.at("summary") },
  });
  return {
    code: result.code,
    text: result.stdout + result.stderr,
    output: await workspace.read("output"),
    summary: await workspace.read("summary"),
    comparison: await workspace.read("comparison.json").catch(() => undefined),
  };
}

function predictions(right: number): string {
  return `id,label,prediction\n${Array.from({ length: 100 }, (_, i) => `${i},${i % 2},${i < right ? i % 2 : 1 - (i % 2)}`).join("\n")}\n`;
}

test("a predictions file alone: outputs, summary and documents; modelyard.yml gives the gates", async () => {
  const config = "models:\n  m:\n    evaluate:\n      gates:\n        - { metric: accuracy, min: 0.8 }\n";
  const { code, text, output, summary, comparison } = await step(
    { "p.csv": predictions(90), "modelyard.yml": config },
    { predictions: "p.csv", baseline: "none" },
  );
  assert.equal(code, 0, text);
  assert.match(output, /accuracy<<[^\n]+\n0\.9\n/);
  assert.match(output, /passed<<[^\n]+\ntrue\n/);
  assert.match(output, /comparison<<[^\n]+\ncomparison\.json\n/);
  assert.match(summary, /### Evaluation: pass/);
  assert.match(comparison!, /"rule": "min 0\.8"/);
});

test("a failed gate is an outcome: exit 0, passed false", async () => {
  const { code, text, output } = await step(
    { "p.csv": predictions(60), "old.csv": predictions(95) },
    { predictions: "p.csv", baseline: "old.csv" },
  );
  assert.equal(code, 0, text);
  assert.match(output, /verdict<<[^\n]+\nfail\n/);
  assert.match(output, /passed<<[^\n]+\nfalse\n/);
});

test("all wrong inputs are told in one error, and nothing is written", async () => {
  const { code, text, output, comparison } = await step({}, { split: "tests", "batch-size": "many", predictions: "p.csv" });
  assert.equal(code, 1);
  assert.match(text, /split/);
  assert.match(text, /batch-size/);
  assert.deepEqual([output, comparison], ["", undefined]);
});
