import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { classifyYaml } from "./classify-yaml.ts";
import { codeBlocks } from "./code-blocks.ts";

test("fenced blocks are found with their language, line, mark and without their indentation", () => {
  const markdown =
    "# T\n\n<!-- ci:run -->\n```sh\nnpm test\n```\n\n1. one\n\n   ~~~yaml\n   a:\n     b: 1\n   ~~~\n\n````md\n```\ninner\n```\n````\nend\n";
  assert.deepEqual(codeBlocks(markdown), [
    { language: "sh", line: 4, before: "<!-- ci:run -->", text: "npm test\n" },
    { language: "yaml", line: 10, before: "1. one", text: "a:\n  b: 1\n" },
    { language: "md", line: 15, before: "", text: "```\ninner\n```\n" },
  ]);
});

const CASES: readonly [what: string, text: string, kind: string, path?: readonly string[]][] = [
  ["a workflow", "on: push\njobs:\n  a:\n    runs-on: x\n    steps: []\n", "workflow", ["jobs", "a"]],
  ["jobs alone", "jobs:\n  a:\n    runs-on: x\n    steps: []\n", "workflow", ["jobs", "a"]],
  ["steps in a list", "- uses: a/b@v1\n- run: |\n    echo a\n\n    echo b\n", "workflow", ["jobs", "example", "steps"]],
  ["a job's steps", "steps:\n  - run: x\n", "workflow", ["jobs", "example", "steps"]],
  ["a job by its name", "train:\n  runs-on: x\n  steps: []\n", "workflow", ["jobs", "train"]],
  ["permissions", "permissions:\n  contents: read\n", "workflow", ["jobs", "example", "permissions"]],
  ["triggers", "on:\n  workflow_dispatch:\n", "workflow", ["on"]],
  ["an action", "name: x\nruns:\n  using: node24\n  main: a.js\n", "action"],
  ["modelyard.yml", "models:\n  digits:\n    dataset: digits\n", "other"],
  ["a wrong modelyard.yml", "models:\n  digits:\n    datset: digits\n", "wrong"],
  ["a key twice", "a: 1\na: 2\n", "wrong"],
  ["something else", "apiVersion: v1\nkind: Pod\n", "other"],
];
for (const [what, text, kind, path] of CASES) {
  test(`${what} is ${kind}`, () => {
    const block = classifyYaml(text, "test");
    assert.equal(block.kind, kind);
    if (block.kind !== "workflow" || path === undefined) return;
    const found = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], parse(block.text));
    assert.notEqual(found, undefined, block.text);
  });
}
