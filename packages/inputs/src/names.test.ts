import assert from "node:assert/strict";
import { test } from "node:test";
import { camelCase, isKebabCase } from "./names.ts";
import { editDistance, nearestName } from "./nearest.ts";

for (const [kebab, camel] of [
  ["path", "path"],
  ["label-column", "labelColumn"],
  ["top-5", "top5"],
  ["min-new-examples", "minNewExamples"],
] as const) {
  test(`${kebab} is ${camel}`, () => assert.equal(camelCase(kebab), camel));
}

test("kebab-case is lower-case words joined by single hyphens", () => {
  for (const name of ["path", "github-token", "f1", "top-5"]) assert.ok(isKebabCase(name), name);
  for (const name of ["Path", "a--b", "-a", "a-", "a_b", "5-top", "", "a b"]) assert.ok(!isKebabCase(name), name);
});

test("distances count insertions, deletions, replacements and swaps", () => {
  for (const [a, b, distance] of [
    ["", "abc", 3],
    ["split", "split", 0],
    ["spilt", "split", 1],
    ["pth", "path", 1],
    ["kitten", "sitting", 3],
  ] as const)
    assert.equal(editDistance(a, b), distance, `${a} ${b}`);
});

test("the nearest name is offered only when it is near", () => {
  const names = ["dataset-push", "dataset-pull", "evaluate"];
  assert.equal(nearestName("dataset-psuh", names), "dataset-push");
  assert.equal(nearestName("Dataset_Pull", names), "dataset-pull");
  assert.equal(nearestName("kubernetes", names), undefined);
  assert.equal(nearestName("x".repeat(10_000), names), undefined);
});
