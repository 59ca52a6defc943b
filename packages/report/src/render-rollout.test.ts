import assert from "node:assert/strict";
import { test } from "node:test";
import { rolloutForPage } from "./page.ts";
import { renderRollout } from "./render-rollout.ts";
import { HOSTILE_TEXTS } from "./testing/hostile-texts.ts";
import { activeText, renderMarkdown } from "./testing/rendered.ts";
import { failingRollout } from "./testing/sample-rollout.ts";

test("the outcome comes first, each step with its figures", () => {
  const text = renderRollout(failingRollout("digits", "31 % of the answers failed"));
  assert.match(
    text,
    /### Rollout of `digits@5` beside `digits@4` on gateway\n\n> \[!CAUTION\]\n> ❌ \*\*Rolled back\*\*: 31 % of the answers failed/,
  );
  assert.match(
    text,
    /\| 1\. shadow \| 200 answers, 0 failed, p95 3\.40 ms \| 1,800 answers, 0 failed, p95 3\.40 ms \| ✅ pass \| 200 answers compared \|/,
  );
  assert.match(text, /\| 2\. 10% \| 200 answers, 62 failed, p95 3\.40 ms \|.*\| ❌ fail \| errors: 31 % of the answers failed \|/);
  assert.match(text, /<b>Staging<\/b>: 1 of 1 check passed/);
});

test("a rollout under way, and none at all", () => {
  assert.match(renderRollout(failingRollout("digits", "x").slice(0, 4)), /○ \*\*Running\*\*: 4 events so far/);
  assert.match(renderRollout([]), /### Rollout\n/);
});

test("hostile models and reasons stay inert", () => {
  for (const text of HOSTILE_TEXTS) {
    const rendered = renderMarkdown(renderRollout(failingRollout(text, text)));
    assert.deepEqual([rendered.forbidden, rendered.unbalanced, activeText(rendered.prose), rendered.links], [[], [], [], []], text);
  }
});

test("events become the page's samples, steps and ending", () => {
  const rollout = rolloutForPage("digits@5", failingRollout("digits", "broken"), (event) => event.event.type);
  assert.equal(rollout.outcome, "rolled back");
  assert.deepEqual(
    rollout.steps.map((step) => [step.label, step.startMs, step.endMs, step.verdict]),
    [
      ["shadow", 4_000, 8_000, "pass"],
      ["10 %", 10_000, 14_000, "fail"],
    ],
  );
  assert.deepEqual(
    rollout.samples.map((sample) => sample.canary.errors),
    [0, 62],
  );
  assert.equal(rollout.endMs, 18_000);
});
