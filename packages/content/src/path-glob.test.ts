import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePathSelection } from "./path-glob.ts";

const CASES: [string, string[], string[]][] = [
  ["train.csv", ["train.csv"], ["train.csv2", "a/train.csv"]],
  ["./images/", ["images/a", "images/a/b"], ["images2/a", "image"]],
  ["*.csv", ["a.csv", ".csv"], ["a/b.csv", "a.csvx", "acsv"]],
  ["**/*.png", ["a.png", "a/b/c.png"], ["a.jpg", "a.png/b"]],
  ["train/**", ["train/a", "train/a/b"], ["test/a", "train"]],
  ["train/?/[a].png", ["train/1/[a].png"], ["train/12/[a].png", "train/1/a.png"]],
  ["{train,test}/*.csv", ["train/a.csv", "test/b.csv"], ["validation/a.csv"]],
  ["a+(b)|c*", ["a+(b)|cd"], ["aab"]],
];

for (const [glob, selected, others] of CASES) {
  test(`${glob} selects ${selected.join(" ")}`, () => {
    const selection = parsePathSelection(glob);
    for (const path of selected) {
      assert.ok(selection.selects(path), path);
      assert.ok(path.startsWith(selection.prefix), `${path} starts with ${selection.prefix}`);
    }
    for (const path of others) assert.equal(selection.selects(path), false, path);
  });
}
