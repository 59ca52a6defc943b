import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMENT_LIMIT } from "./fit-comment.ts";
import { driftIssueTitle, driftMarker, renderDriftHealed, renderDriftIssue, renderDriftSummary } from "./render-drift.ts";
import { HOSTILE_TEXTS } from "./testing/hostile-texts.ts";
import { activeText, renderMarkdown } from "./testing/rendered.ts";
import { sampleDrift } from "./testing/sample-drift.ts";

test("the issue says what moved, by how much, and what follows", () => {
  const body = renderDriftIssue(sampleDrift("digits"), { runUrl: "https://github.example/o/r/actions/runs/1" });
  assert.ok(body.startsWith(`${driftMarker("digits")}\n### Drift of \`digits@3\``));
  assert.match(body, /⚠️ \*\*Drifted\*\*: 1 of 3 columns moved away from the training data\. Retraining is due\./);
  assert.match(body, /\| digits \| numeric \| 900 \| 0\.410 \| KS 0\.212, p &lt; 0\.0001 \| ▲ drifted \|/);
  assert.match(body, /2026-03-02 10:00 UTC to 2026-03-02 11:00 UTC, 900 requests, 1 error/);
});

test("the summary carries no marker, the closing comment names the window", () => {
  assert.ok(!renderDriftSummary(sampleDrift("digits")).includes("<!--"));
  const healed = renderDriftHealed(sampleDrift("digits"));
  assert.match(
    healed,
    /✅ \*\*Healed\*\*.*900 rows.*`digits@3`.*`digits@2` again\. 1 column of 3 still differs, too few to make a drift: digits\./,
  );
  const quiet = sampleDrift("digits");
  const stable = quiet.columns.map((column) => ({ ...column, verdict: "stable" as const }));
  assert.doesNotMatch(renderDriftHealed({ ...quiet, columns: stable }), /still/);
});

test("hostile names stay inert, and their titles are one plain line", () => {
  for (const text of HOSTILE_TEXTS) {
    const rendered = renderMarkdown(renderDriftIssue(sampleDrift(text)));
    assert.deepEqual([rendered.forbidden, rendered.unbalanced, activeText(rendered.prose), rendered.links], [[], [], [], []], text);
    const healed = renderMarkdown(renderDriftHealed(sampleDrift(text)));
    assert.deepEqual([healed.forbidden, activeText(healed.prose)], [[], []], text);
    assert.doesNotMatch(driftIssueTitle({ model: text }), /[\n\r\u2028\u202e]/);
  }
  assert.ok(driftIssueTitle({ model: "x".repeat(5_000) }).length <= 256);
});

test("ten thousand columns fit an issue", () => {
  assert.ok(renderDriftIssue(sampleDrift("column", 10_000)).length <= COMMENT_LIMIT);
});
