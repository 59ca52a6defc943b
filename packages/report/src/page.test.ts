import assert from "node:assert/strict";
import { test } from "node:test";
import { type DemoPage, drawAlerts, renderPage, sanitiseHtml } from "./page.ts";
import { HOSTILE_TEXTS } from "./testing/hostile-texts.ts";
import { samplePage } from "./testing/sample-page.ts";

test("one file: no script, no outside resource, every part there", () => {
  const html = renderPage(samplePage());
  assert.match(html, /<meta http-equiv="Content-Security-Policy" content="default-src 'none'/);
  assert.doesNotMatch(html, /<script|<link|<img|<iframe|@import|url\(/i);
  for (const id of ["loop", "comparison", "comments", "rollouts", "drift", "lineage", "fakes"]) {
    assert.match(html, new RegExp(`<section id="${id}"`));
    assert.match(html, new RegExp(`<a href="#${id}">`));
  }
  const addresses = [...html.matchAll(/https?:\/\/[^"<\s]+/g)]
    .map(([address]) => address)
    .filter((address) => address !== "http://www.w3.org/2000/svg");
  assert.deepEqual(new Set(addresses), new Set(["https://github.example/o/r/actions/runs/1"]));
});

test("parts without content are left out, also from the menu", () => {
  const empty: DemoPage = {
    ...samplePage(),
    facts: [],
    steps: [],
    comparisons: [],
    comments: [],
    rollouts: [],
    drift: [],
    lineage: { nodes: [], edges: [] },
    fakes: [],
  };
  const html = renderPage(empty);
  assert.doesNotMatch(html, /<section/);
  assert.doesNotMatch(html, /href="#/);
});

test("hostile texts reach the page as text", () => {
  for (const text of HOSTILE_TEXTS) {
    const page = renderPage(hostile(text));
    const plain = renderPage(hostile("plain"));
    assert.deepEqual(elements(page), elements(plain), text);
    assert.doesNotMatch(page, /[\u202A-\u202E\u2066-\u2069]/);
  }
});

function hostile(text: string): DemoPage {
  const base = samplePage();
  const rollout = base.rollouts[1]!;
  return {
    ...base,
    title: text,
    subtitle: text,
    generated: text,
    facts: [{ label: text, value: text, note: text }],
    steps: [{ action: text, title: text, decision: text, why: text, verdict: "pass", durationMs: 5, details: [[text, text]] }],
    comments: [{ title: text, html: "<p>fixed</p>" }],
    rollouts: [
      {
        ...rollout,
        title: text,
        why: text,
        steps: rollout.steps.map((step) => ({ ...step, label: "x", reason: text })),
        events: [{ timeMs: 0, text, verdict: "info" }],
      },
    ],
    drift: [
      {
        ...base.drift[0]!,
        title: text,
        decision: text,
        columns: [{ name: text, psi: 0.4, verdict: "drifted" }],
        histograms: [{ column: text, note: text || "x", labels: ["a"], reference: [1], current: [2] }],
      },
    ],
    lineage: {
      nodes: [
        { id: "a", kind: text, label: text, detail: text },
        { id: "b", kind: "run", label: text },
      ],
      edges: [{ from: "a", to: "b", label: text }],
    },
    fakes: [text],
  };
}

function elements(html: string): string[] {
  return [...html.matchAll(/<\/?([a-z]+)[\s>/]/gi)].map((match) => match[1]!).filter((name) => name !== "span");
}

test("rendered markdown is cut to the allow-list", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["<p>a</p>", "<p>a</p>"],
    ["<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"],
    ['<p onclick="x" style="y">a</p>', "<p>a</p>"],
    ['<a href="javascript:x">a</a>', "<a>a</a>"],
    [
      '<a href="https://x.example/?a=1&amp;b=2" target=y>a</a>',
      '<a href="https://x.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow">a</a>',
    ],
    ['<td align="right" x>1</td>', '<td align="right">1</td>'],
    ["<details open><summary>s</summary>", "<details open><summary>s</summary></details>"],
    ["</div></p>text", "&lt;/div&gt;text"],
    ["<b><i>x</b>", "<b>&lt;i&gt;x</b>"],
    ["a <!-- c --> b < c", "a  b &lt; c"],
    ["<!-- never closed <b>", ""],
    ["<p <b>x", "&lt;p <b>x</b>"],
  ];
  for (const [html, expected] of cases) assert.equal(sanitiseHtml(html), expected);
  assert.equal(
    drawAlerts("<blockquote>\n<p>[!TIP]\nyes</p>\n</blockquote>"),
    '<blockquote class="alert tip"><p class="alert-title">Tip</p><p>yes</p>\n</blockquote>',
  );
});
