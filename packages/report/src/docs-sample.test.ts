import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { lineageOfComparison } from "./document-lineage.ts";
import { renderComparison } from "./render-comparison.ts";
import { failingComparison, sampleComparison } from "./testing/sample-comparison.ts";

const OPTIONS = {
  name: "digits",
  runUrl: "https://github.com/octo/digits/actions/runs/7",
  repositoryUrl: "https://github.com/octo/digits",
};
const SAMPLES = { "comment.md": sampleComparison(), "comment-failing.md": failingComparison() };

for (const [name, comparison] of Object.entries(SAMPLES)) {
  test(`docs/samples/${name} is what a comment looks like now`, async () => {
    const expected = await readFile(new URL(`../../../docs/samples/${name}`, import.meta.url), "utf8");
    assert.equal(renderComparison(comparison, { ...OPTIONS, lineage: lineageOfComparison(comparison) }).comment, expected);
  });
}
