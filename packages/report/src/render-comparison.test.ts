import assert from "node:assert/strict";
import { test } from "node:test";
import type { Comparison } from "@modelyard/evaluate";
import { COMMENT_LIMIT } from "./fit-comment.ts";
import { permissionHint } from "./permission-hint.ts";
import { renderComparison, renderMetrics } from "./render-comparison.ts";
import { HOSTILE_TEXTS } from "./testing/hostile-texts.ts";
import { activeText, renderMarkdown } from "./testing/rendered.ts";
import { failingComparison, sampleComparison, sampleDocument } from "./testing/sample-comparison.ts";

const OPTIONS = { name: "digits", runUrl: "https://github.example/o/r/actions/runs/1", repositoryUrl: "https://github.example/o/r" };

test("the verdict comes first, in words and numbers", () => {
  const report = renderComparison(sampleComparison(), OPTIONS);
  assert.equal(report.title, "digits@4 against digits@3");
  assert.equal(report.check.title, "Pass: accuracy 0.965 (+0.026 against digits@3)");
  assert.equal(report.check.conclusion, "success");
  const lines = report.comment.split("\n");
  assert.equal(lines[0], "<!-- modelyard:report:digits -->");
  assert.equal(lines[3], "> [!TIP]");
  assert.equal(
    lines[4],
    "> ✅ **Pass**: accuracy 0.965 has **improved** against `digits@3`: +0.026 [+0.009, +0.043] on 346 shared examples.",
  );
});

test("each metric has its value with interval, baseline, difference and change", () => {
  const { comment } = renderComparison(sampleComparison(), OPTIONS);
  assert.ok(comment.includes("| accuracy ↑ | 0.965 [0.946, 0.984] | 0.939 | +0.026 [+0.009, +0.043] | **▲ improved** |"), comment);
  assert.ok(comment.includes("| log-loss ↓ | 0.119 [0.088, 0.150] | 0.125 | −0.006 [−0.017, +0.005] | ● equivalent |"), comment);
});

test("slices stand worst first, folded", () => {
  const { comment } = renderComparison(sampleComparison(), OPTIONS);
  const order = ["digit=8", "digit=9", "digit=3", "digit=1"].map((name) => comment.indexOf(`| ${name} |`));
  assert.ok(order.every((at) => at > 0));
  assert.deepEqual(
    [...order],
    [...order].sort((a, b) => a - b),
  );
});

test("a failing gate is named in the box, opens the gates and fails the check", () => {
  const report = renderComparison(failingComparison(), OPTIONS);
  assert.equal(report.check.conclusion, "failure");
  assert.match(report.comment, /> \[!CAUTION\]/);
  assert.match(report.comment, /> - \*\*accuracy\*\* `not-regressed, margin 0\.01` fail: worse by 0\.026/);
  assert.match(report.comment, /<details open><summary><b>Gates<\/b>: 2 of 4 gates pass/);
});

test("the headline is about the gate that decided: another metric, or a slice where the whole has improved", () => {
  const base = sampleComparison();
  const [accuracy, f1] = base.gates;
  const onF1 = renderComparison(
    { ...base, verdict: "inconclusive", gates: [accuracy!, { ...f1!, metric: "macro-f1", verdict: "inconclusive" }] },
    OPTIONS,
  );
  assert.match(onF1.comment, /⚠️ \*\*Inconclusive\*\*: macro-f1 0\.963 has/);
  const slice = { ...accuracy!, slice: "digit=8", verdict: "fail" as const, reason: "worse by 0.2" };
  const onSlice = renderComparison({ ...base, verdict: "fail", gates: [accuracy!, slice, { ...slice, slice: "digit=9" }] }, OPTIONS);
  assert.equal(onSlice.check.title, "Fail: accuracy (digit=8) and 1 more gate; over all examples accuracy 0.965 (+0.026 against digits@3)");
  assert.match(
    onSlice.comment,
    /> ❌ \*\*Fail\*\*: accuracy &#40;digit=8&#41; and 1 more gate; over all examples accuracy 0\.965 has \*\*improved\*\*/u,
  );
});

test("numbers far from one keep the digits that mean something; one gate passes", () => {
  const interval = { low: 14_809, high: 16_647, level: 0.95, method: "bootstrap" };
  const document = {
    ...sampleDocument(4, 0.9),
    metrics: [{ name: "mae", value: 15_658.129, interval, direction: "lower" as const, n: 600 }],
  };
  const base = sampleComparison();
  const mae = {
    name: "mae",
    direction: "lower" as const,
    candidate: 15_658.129,
    baseline: 18_790,
    delta: -3_131.9,
    interval: { ...interval, low: -3_329, high: -2_962 },
    margin: 1,
    change: "improved" as const,
    n: 600,
  };
  const report = renderComparison({ ...base, candidate: document, metrics: [mae], gates: [{ ...base.gates[0]!, metric: "mae" }] }, OPTIONS);
  assert.equal(report.check.title, "Pass: mae 15658 (−3132 against digits@3)");
  assert.match(report.comment, /<b>Gates<\/b>: 1 of 1 gate passes/);
  assert.match(report.comment, /baseline: digits@&#8203;3 is in production/);
});

test("two models that nothing connects have no lineage", () => {
  const nodes = [
    { id: "a", kind: "model", label: "a" },
    { id: "b", kind: "model", label: "b" },
  ];
  const { comment } = renderComparison(sampleComparison(), { ...OPTIONS, lineage: { nodes, edges: [] } });
  assert.doesNotMatch(comment, /Lineage/);
});

test("an inconclusive gate is neutral unless asked to fail", () => {
  const comparison: Comparison = { ...sampleComparison(), verdict: "inconclusive", passed: false };
  assert.equal(renderComparison(comparison, OPTIONS).check.conclusion, "neutral");
  assert.equal(renderComparison(comparison, { ...OPTIONS, onInconclusive: "fail" }).check.conclusion, "failure");
});

test("without a baseline the metrics stand alone with the reason", () => {
  const comparison: Comparison = {
    ...sampleComparison(),
    baseline: null,
    baselineReason: "no version is in production",
    metrics: [],
    slices: [],
    gates: [],
  };
  const { comment } = renderComparison(comparison, OPTIONS);
  assert.match(comment, /No baseline: no version is in production\./);
  assert.match(comment, /\| accuracy ↑ \| 0\.965 \[0\.946, 0\.984\] \| 346 \|/);
});

test("a metric document alone, a title of one's own, lineage and a hint", () => {
  const lineage = {
    nodes: [
      { id: "d", kind: "dataset", label: "digits@2" },
      { id: "m", kind: "model", label: "digits@4" },
    ],
    edges: [{ from: "d", to: "m" }],
  };
  const report = renderMetrics(sampleDocument(4, 0.965), {
    ...OPTIONS,
    title: "Nightly",
    lineage,
    extra: [permissionHint(["pull-requests"], false)],
  });
  assert.equal(report.title, "Nightly");
  assert.match(report.summary, /flowchart LR\n {2}n0\[\("digits#64;2"\)\]\n {2}n1\{\{"digits#64;4"\}\}\n {2}n0 --> n1/);
  assert.match(report.summary, /pull-requests: write/);
});

test("every text of a document may be hostile", () => {
  for (const text of HOSTILE_TEXTS) {
    const report = renderComparison(hostile(text), { ...OPTIONS, title: text });
    const rendered = renderMarkdown(report.comment);
    assert.deepEqual(rendered.forbidden, [], text);
    assert.deepEqual(rendered.unbalanced, [], text);
    assert.deepEqual(activeText(rendered.prose), [], text);
    assert.equal(report.comment.split("<!--").length, 2, text);
    assert.ok(rendered.links.every((link) => link.startsWith("https://github.example/o/r/")));
  }
});

function hostile(text: string): Comparison {
  const base = failingComparison();
  const document = sampleDocument(4, 0.9);
  const bad = {
    ...document,
    subject: { ...document.subject, name: text, run: text, commit: text },
    dataset: { ...document.dataset!, name: text },
    split: text,
    confusion: {
      labels: [text, "b"],
      counts: [
        [1, 2],
        [3, 4],
      ],
    },
  };
  return {
    ...base,
    candidate: bad,
    baseline: bad,
    metrics: base.metrics.map((metric) => ({ ...metric, name: text })),
    slices: base.slices.map((slice) => ({ ...slice, name: text })),
    gates: base.gates.map((gate) => ({ ...gate, metric: text, slice: text, rule: text, reason: text })),
  };
}

test("thousands of slices lose rows, not the verdict", () => {
  const base = failingComparison();
  const slices = Array.from({ length: 5_000 }, (_, i) => ({ ...base.slices[0]!, name: `slice ${i}` }));
  const report = renderComparison({ ...base, slices }, OPTIONS);
  assert.ok(report.comment.length <= COMMENT_LIMIT);
  assert.match(report.comment, /more rows/);
  assert.match(report.comment, /Identity and latency/);
  assert.match(report.comment, /full text is in \[the job summary/);
  assert.ok(report.summary.length > report.comment.length);
});
