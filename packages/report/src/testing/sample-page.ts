import { marked } from "marked";
import type { DemoPage, PageRollout, PageSample } from "../page/demo-page.ts";
import { renderComparison } from "../render-comparison.ts";
import { sampleComparison } from "./sample-comparison.ts";

/** A wave between -1 and 1, so that made-up lines are not straight. */
function wave(index: number): number {
  return Math.sin(index * 1.7) * 0.6 + Math.sin(index * 0.61) * 0.4;
}

function samples(breaksAt: number | undefined, endMs: number): PageSample[] {
  return Array.from({ length: Math.floor(endMs / 1_000) }, (_, index) => {
    const timeMs = (index + 1) * 1_000;
    const share = timeMs <= 9_000 ? 0 : timeMs <= 20_000 ? 10 : timeMs <= 31_000 ? 30 : 95;
    const total = Math.round(220 + 18 * wave(index));
    const shadow = timeMs <= 9_000;
    const canary = shadow ? total : Math.round((total * share) / 100);
    const broken = breaksAt !== undefined && timeMs > breaksAt;
    return {
      timeMs,
      canaryPercent: share,
      mirrorPercent: shadow ? 100 : 0,
      stable: { requests: shadow ? total : total - canary, errors: 0, p95Ms: 3.1 + 0.3 * wave(index + 3) },
      canary: { requests: canary, errors: broken ? Math.round(canary * 0.31) : 0, p95Ms: 2.8 + 0.35 * wave(index + 7) + (broken ? 2 : 0) },
    };
  });
}

const GOOD: PageRollout = {
  title: "digits@4 beside digits@3",
  outcome: "promoted",
  why: "Every gate of every step passed.",
  endMs: 44_000,
  samples: samples(undefined, 44_000),
  steps: [
    {
      label: "shadow",
      startMs: 0,
      endMs: 9_000,
      verdict: "pass",
      reason: "1,980 answers compared, 3.1 % differ (limit 25 %); errors 0 of 1,980 against 0 of 1,980",
    },
    {
      label: "10 %",
      startMs: 9_000,
      endMs: 20_000,
      verdict: "pass",
      reason: "errors 0 of 242 against 0 of 2,178; p95 2.8 ms against 3.1 ms",
    },
    {
      label: "30 %",
      startMs: 20_000,
      endMs: 31_000,
      verdict: "pass",
      reason: "errors 0 of 726 against 0 of 1,694; p95 2.9 ms against 3.2 ms",
    },
    {
      label: "100 %",
      startMs: 31_000,
      endMs: 44_000,
      verdict: "pass",
      reason: "errors 0 of 2,717 against 0 of 143; a stable share of 5 % kept until the end",
    },
  ],
  events: [
    { timeMs: 0, text: "planned: promote digits@4 beside @3: shadow, 10 %, 30 %, 100 %", verdict: "info" },
    { timeMs: 800, text: "staging passed: ready, 24 golden predictions, p95 1.2 ms of 50 ms", verdict: "pass" },
    { timeMs: 9_000, text: "step 1 of 4 (shadow) passed", verdict: "pass" },
    { timeMs: 44_000, text: "promoted", verdict: "pass" },
  ],
};

const BAD: PageRollout = {
  title: "digits@5 beside digits@4",
  outcome: "rolled back",
  why: "Gate errors: 31 % of the new version's answers failed against none of the stable version's; e-value 48,210 with 1,000 needed.",
  endMs: 17_000,
  samples: samples(11_000, 17_000),
  steps: [
    { label: "shadow", startMs: 0, endMs: 9_000, verdict: "pass", reason: "1,964 answers compared, 2.2 % differ (limit 25 %)" },
    {
      label: "10 %",
      startMs: 9_000,
      endMs: 14_600,
      verdict: "fail",
      reason: "errors 21 of 68 against 0 of 1,012: e-value 48,210, needed 1,000",
    },
  ],
  events: [
    { timeMs: 0, text: "planned: promote digits@5 beside @4: shadow, 10 %, 30 %, 100 %", verdict: "info" },
    { timeMs: 9_000, text: "step 1 of 4 (shadow) passed", verdict: "pass" },
    { timeMs: 14_600, text: "gate errors failed: 21 of 68 answers", verdict: "fail" },
    { timeMs: 15_100, text: "rolled back: all traffic to digits@4", verdict: "fail" },
  ],
};

/** A page filled with made-up data of realistic size. */
export function samplePage(): DemoPage {
  const html = marked.parse(
    renderComparison(sampleComparison(), { name: "digits", runUrl: "https://github.example/o/r/actions/runs/1" }).comment,
    { gfm: true, async: false },
  );
  const bins = ["0–1", "2–3", "4–5", "6–7", "8–9", "10–11", "12–13", "14–15", "16"];
  return {
    title: "A model went through its whole loop",
    subtitle:
      "Handwritten digits: two data versions, three models, three rollouts under live traffic, one of them bad and caught, one drift noticed.",
    generated: "2026-03-02T10:15:00.000Z",
    facts: [
      { label: "Accuracy in production", value: "0.965", note: "was 0.939 before retraining" },
      { label: "Requests served", value: "24,816", note: "under load the whole time" },
      { label: "Failed requests", value: "21", note: "all of the injected fault" },
      { label: "Model versions", value: "3", note: "2 promoted, 1 rolled back" },
      { label: "Caught in", value: "5.6 s", note: "at 10 % of the traffic" },
      { label: "Whole loop", value: "1m 38s", note: "on one machine" },
    ],
    steps: [
      {
        action: "dataset-push",
        title: "Data, version 1",
        decision: "New version digits@1",
        why: "898 rows of the writer groups that came first in the file.",
        verdict: "pass",
        durationMs: 412,
        details: [
          ["version", "digits@1"],
          ["examples", "898"],
          ["uploaded", "61.2 KiB"],
          ["digest", "sha256:9f2c41d0a7be"],
        ],
      },
      {
        action: "train",
        title: "First model",
        decision: "Trained: 898 new examples are more than 1",
        why: "No version of digits exists, so every example is new.",
        verdict: "pass",
        durationMs: 3_840,
        details: [
          ["run", "01JCQ8ZK4M2X7T9V5B3N6R1W3P"],
          ["accuracy", "0.939"],
          ["epochs", "40"],
        ],
      },
      {
        action: "evaluate",
        title: "Candidate against production",
        decision: "Accuracy improved by 0.026 [0.009, 0.043]",
        why: "Scored on the same 346 examples of the test split; the whole interval is above the margin of −0.01.",
        verdict: "pass",
        durationMs: 1_204,
        details: [
          ["candidate", "digits@4"],
          ["baseline", "digits@3"],
          ["gates", "3 of 3 pass"],
        ],
      },
      {
        action: "promote",
        title: "A bad model is caught",
        decision: "Rolled back at 10 % of the traffic",
        why: "It passes every golden prediction, but its fixed batch size breaks as soon as requests are batched.",
        verdict: "fail",
        durationMs: 17_020,
        details: [
          ["rollout", "01JCQ9"],
          ["failed answers", "21"],
          ["e-value", "48,210 of 1,000"],
        ],
      },
      {
        action: "monitor",
        title: "Traffic drifts",
        decision: "Issue #3 opened, retraining is due",
        why: "11 of 64 pixels and the predicted labels moved past their thresholds in 900 rows.",
        verdict: "inconclusive",
        durationMs: 620,
        details: [
          ["window", "900 rows"],
          ["largest PSI", "0.84"],
        ],
      },
    ],
    comparisons: [
      {
        title: "digits@4 against digits@3",
        margin: 0.01,
        rows: [
          { label: "accuracy", value: 0.026, low: 0.009, high: 0.043, change: "improved" },
          { label: "macro_f1", value: 0.026, low: 0.008, high: 0.044, change: "improved" },
          { label: "log_loss", value: 0.006, low: -0.005, high: 0.009, change: "equivalent" },
          { label: "accuracy, class=8", value: -0.027, low: -0.088, high: 0.034, change: "inconclusive" },
        ],
      },
      {
        title: "digits@5 against digits@4",
        margin: 0.01,
        rows: [
          { label: "accuracy", value: 0.001, low: -0.008, high: 0.009, change: "equivalent" },
          { label: "macro_f1", value: 0.002, low: -0.007, high: 0.01, change: "equivalent" },
          { label: "latency p95", value: -0.03, low: -0.041, high: -0.019, change: "regressed" },
        ],
      },
    ],
    comments: [{ title: "pull request #7", html }],
    rollouts: [GOOD, BAD],
    drift: [
      {
        title: "digits@4, last 900 rows",
        decision: "Drifted: opened issue #3 and asked for retraining; the writers of this window hold the pen differently.",
        verdict: "inconclusive",
        threshold: 0.2,
        columns: [
          { name: "predicted label", psi: 0.31, verdict: "drifted" },
          { name: "pixel_36", psi: 0.84, verdict: "drifted" },
          { name: "pixel_21", psi: 0.61, verdict: "drifted" },
          { name: "pixel_43", psi: 0.47, verdict: "drifted" },
          { name: "pixel_28", psi: 0.29, verdict: "drifted" },
          { name: "pixel_10", psi: 0.14, verdict: "stable" },
          { name: "pixel_11", psi: 0.09, verdict: "stable" },
          { name: "pixel_52", psi: 0.04, verdict: "stable" },
          { name: "pixel_00", psi: null, verdict: "insufficient" },
        ],
        histograms: [
          {
            column: "pixel_36",
            note: "PSI 0.84",
            labels: bins,
            reference: [40, 22, 18, 30, 44, 61, 80, 110, 190],
            current: [210, 80, 40, 36, 30, 28, 31, 40, 60],
          },
          {
            column: "pixel_21",
            note: "PSI 0.61",
            labels: bins,
            reference: [120, 60, 40, 33, 30, 28, 30, 44, 90],
            current: [30, 20, 25, 40, 66, 90, 130, 140, 200],
          },
          {
            column: "predicted label",
            note: "PSI 0.31",
            labels: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
            reference: [90, 91, 88, 90, 92, 90, 89, 90, 87, 91],
            current: [60, 140, 70, 84, 62, 75, 80, 150, 120, 59],
          },
        ],
      },
    ],
    lineage: {
      nodes: [
        { id: "d1", kind: "dataset", label: "digits@1", detail: "898 examples" },
        { id: "d2", kind: "dataset", label: "digits@2", detail: "1,797 examples" },
        { id: "r1", kind: "run", label: "01JCQ8…W3P", detail: "softmax, 40 epochs" },
        { id: "r2", kind: "run", label: "01JCQ8…W4P", detail: "MLP, 60 epochs" },
        { id: "r3", kind: "run", label: "01JCQ9…W5P", detail: "MLP, batch 1" },
        { id: "m3", kind: "model", label: "digits@3", detail: "accuracy 0.939" },
        { id: "m4", kind: "model", label: "digits@4", detail: "accuracy 0.965" },
        { id: "m5", kind: "model", label: "digits@5", detail: "rolled back" },
        { id: "i3", kind: "image", label: "digits:3", detail: "41.2 MiB" },
        { id: "i4", kind: "image", label: "digits:4", detail: "41.3 MiB" },
        { id: "s", kind: "stage", label: "production" },
        { id: "a", kind: "stage", label: "archived" },
      ],
      edges: [
        { from: "d1", to: "r1" },
        { from: "d2", to: "r2" },
        { from: "d2", to: "r3" },
        { from: "r1", to: "m3" },
        { from: "r2", to: "m4" },
        { from: "r3", to: "m5" },
        { from: "m3", to: "i3" },
        { from: "m4", to: "i4" },
        { from: "m4", to: "s" },
        { from: "m5", to: "a" },
      ],
    },
    fakes: [
      "GitHub: a local server that answers as GitHub's API does, checked against GitHub's own description of it.",
      "The traffic: generated by the demo from real digits, at about 220 requests a second.",
      "The object store: a directory on this machine.",
    ],
  };
}
