import assert from "node:assert/strict";
import { test } from "node:test";
import { type DatasetPushReport, renderDatasetPush } from "./render-dataset-push.ts";
import { HOSTILE_TEXTS } from "./testing/hostile-texts.ts";
import { activeText, renderMarkdown } from "./testing/rendered.ts";

const PUSH: DatasetPushReport = {
  name: "digits",
  version: 2,
  digest: `sha256:${"a".repeat(64)}`,
  changed: true,
  files: 2,
  examples: 1_200,
  newExamples: 300,
  bytes: 180_000,
  bytesAdded: 45_000,
  previous: 1,
  paths: { added: ["batch-2.csv"], removed: [], changed: ["README.md"] },
  splits: [
    ["train", 960],
    ["validation", 120],
    ["test", 120],
  ],
  classes: [
    ["3", 130],
    ["7", 128],
  ],
};

test("a push says the version, what is new and what it cost", () => {
  const text = renderDatasetPush(PUSH);
  assert.match(text, /✅ \*\*New version\*\* `digits@2`: 1,200 examples in 2 files, 43\.9 KiB uploaded\./);
  assert.match(text, /\| New since version 1 \| 300 \|/);
  assert.match(text, /\| train \| 960 \| 80% \|/);
  assert.match(text, /- changed `README\.md`/);
});

test("unchanged content says so", () => {
  assert.match(renderDatasetPush({ ...PUSH, changed: false, bytesAdded: 0 }), /● \*\*Unchanged\*\*: this content is `digits@2` already/);
});

test("hostile paths and classes stay inert", () => {
  for (const text of HOSTILE_TEXTS) {
    const rendered = renderMarkdown(
      renderDatasetPush({ ...PUSH, name: text, paths: { added: [text], removed: [text], changed: [text] }, classes: [[text, 1]] }),
    );
    assert.deepEqual([rendered.forbidden, rendered.unbalanced, activeText(rendered.prose), rendered.links], [[], [], [], []], text);
  }
});
