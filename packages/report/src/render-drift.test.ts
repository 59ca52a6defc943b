import assert from "node:assert/strict";
import { test } from "node:test";
import type { Digest } from "@modelyard/base";
import type { DriftReport } from "@modelyard/drift";
import { COMMENT_LIMIT } from "./fit-comment.ts";
import { driftIssueTitle, driftMarker, renderDriftHealed, renderDriftIssue, renderDriftSummary } from "./render-drift.ts";
import { HOSTILE_TEXTS } from "./testing/hostile-texts.ts";
import { activeText, renderMarkdown } from "./testing/rendered.ts";

function sampleDrift(name: string, columns = 3): DriftReport {
  const column = (index: number, verdict: "drifted" | "stable" | "insufficient") => ({
    name: columns === 3 ? name : `${name} ${index}`,
    kind: "numeric" as const,
    n: 900,
    psi: verdict === "insufficient" ? null : 0.41,
    test: { name: "ks" as const, distance: 0.212, p: 0.000_001, threshold: 0.001 },
    verdict,
    reason: `PSI 0.41 is above 0.2: ${name}`,
  });
  return {
    format: 1,
    kind: "drift",
    model: name,
    version: 3,
    reference: { dataset: name, version: 2, digest: `sha256:${"a".repeat(64)}` as Digest, rows: 1_200 },
    window: { from: "2026-03-02T10:00:00.000Z", to: "2026-03-02T11:00:00.000Z", requests: 900, rows: 900, errors: 1 },
    columns: Array.from({ length: columns }, (_, index) =>
      column(index, index === 0 ? "drifted" : index === 1 ? "insufficient" : "stable"),
    ),
    labels: null,
    drifted: true,
    verdict: "drifted",
    retrain: true,
    reasons: [name],
    created: "2026-03-02T11:00:01.000Z",
  };
}

test("the issue says what moved, by how much, and what follows", () => {
  const body = renderDriftIssue(sampleDrift("digits"), { runUrl: "https://github.example/o/r/actions/runs/1" });
  assert.ok(body.startsWith(`${driftMarker("digits")}\n### Drift of \`digits@3\``));
  assert.match(body, /⚠️ \*\*Drifted\*\*: 1 of 3 columns moved away from the training data\. Retraining is due\./);
  assert.match(body, /\| digits \| numeric \| 900 \| 0\.410 \| KS 0\.212, p &lt; 0\.0001 \| ▲ drifted \|/);
  assert.match(body, /2026-03-02 10:00 UTC to 2026-03-02 11:00 UTC, 900 requests, 1 error/);
});

test("the summary carries no marker, the closing comment names the window", () => {
  assert.ok(!renderDriftSummary(sampleDrift("digits")).includes("<!--"));
  assert.match(renderDriftHealed(sampleDrift("digits")), /✅ \*\*Healed\*\*.*900 rows.*`digits@3`.*`digits@2`/);
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
