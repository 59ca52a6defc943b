import assert from "node:assert/strict";
import { test } from "node:test";
import { naughtyStrings } from "@modelyard/testkit/naughty-strings";
import fc from "fast-check";
import { renderBlock } from "./block.ts";
import { codeElement, codeText, escapeText, fencedText, linkText, safeUrl } from "./escape-markdown.ts";
import { markerOf } from "./marker.ts";
import { mermaidLineage } from "./mermaid.ts";
import { HOSTILE_TEXTS } from "./testing/hostile-texts.ts";
import { activeText, renderMarkdown } from "./testing/rendered.ts";

/** Texts that people give to branches, tags, pull requests, commits, files and metrics, and that attackers do. */
const TEXTS = [...new Set([...HOSTILE_TEXTS, ...naughtyStrings])];
const MARKER = markerOf("report", "digits");
const RUN = "https://github.example/o/r/actions/runs/1";

const CONTEXTS: Readonly<Record<string, (text: string) => string>> = {
  heading: (text) => `### ${escapeText(text)}\n\nafter`,
  paragraph: (text) => `${escapeText(text)}\n\nafter`,
  "middle of a line": (text) => `before ${escapeText(text)} after`,
  "glued to text": (text) => `fixes ${escapeText(text)}7 and x${escapeText(text)}y`,
  list: (text) => `- ${escapeText(text)}\n- **${escapeText(text)}**: x`,
  quote: (text) => `> [!TIP]\n> ${escapeText(text)}\n> - ${escapeText(text)}`,
  table: (text) =>
    renderBlock({
      kind: "table",
      header: ["a", escapeText(text), "c"],
      align: "lrl",
      rows: [
        ["x", escapeText(text), codeText(text)],
        [codeText(text), "y", escapeText(text)],
      ],
    }),
  code: (text) => `before ${codeText(text)} after`,
  summary: (text) =>
    renderBlock({
      kind: "details",
      summary: `${escapeText(text)} ${codeElement(text)}`,
      blocks: [{ kind: "text", markdown: escapeText(text) }],
    }),
  link: (text) => linkText(text, RUN),
  address: (text) => linkText("run", text),
  fence: (text) => `${fencedText(text)}\n\nafter`,
  mermaid: (text) =>
    renderBlock(
      mermaidLineage({
        nodes: [
          { id: text, kind: text, label: text, detail: text },
          { id: "b", kind: "model", label: text },
        ],
        edges: [{ from: text, to: "b", label: text }],
      })!,
    ),
};

function assertInert(markdown: string, what: string): void {
  const rendered = renderMarkdown(`${MARKER}\n\n${markdown}`);
  assert.deepEqual(rendered.forbidden, [], `${what}: ${markdown}`);
  assert.deepEqual(activeText(rendered.prose), [], `${what}: ${markdown}`);
  assert.deepEqual(rendered.unbalanced, [], `${what}: ${markdown}`);
  assert.ok(new Set(rendered.rowWidths).size <= 1, `${what}: columns ${rendered.rowWidths} in ${markdown}`);
  assert.ok(
    rendered.links.every((link) => /^https?:\/\//.test(link)),
    `${what}: ${rendered.links}`,
  );
  assert.equal(`${MARKER}\n\n${markdown}`.split("<!--").length, 2, `${what}: a forged comment in ${markdown}`);
}

test(`S2, S4: ${TEXTS.length} texts in ${Object.keys(CONTEXTS).length} places render inert`, () => {
  let tried = 0;
  for (const [name, context] of Object.entries(CONTEXTS)) {
    for (const text of TEXTS) {
      assertInert(context(text), `${name} of ${JSON.stringify(text)}`);
      tried++;
    }
  }
  assert.ok(tried >= 1_000, `${tried} payloads`);
});

test("S4: seeds that failed once", () => {
  assertInert(
    CONTEXTS["address"]!('http://www.cum.qc.ca/<img \\x12src=x onerror="javascript:alert(1)">'),
    "an attribute's name inside an address",
  );
});

test("S4: texts joined at random, in every place", () => {
  const hostile = fc
    .array(fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: "binary", maxLength: 12 })), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join(""));
  const place = fc.constantFrom(...Object.keys(CONTEXTS));
  fc.assert(
    fc.property(hostile, place, (text, name) => assertInert(CONTEXTS[name]!(text), name)),
    { numRuns: 1_000 * Number(process.env["MODELYARD_TEST_SCALE"] ?? 1) },
  );
});

test("links inside the render go nowhere but to the run", () => {
  for (const text of HOSTILE_TEXTS) {
    const links = renderMarkdown(CONTEXTS.table!(text) + CONTEXTS.link!(text)).links;
    assert.ok(
      links.every((link) => link === RUN),
      `${links}`,
    );
  }
});

test("a cell of 1 MiB is cut to its limit", () => {
  const cell = escapeText("👍".repeat(262_144));
  assert.ok(cell.length <= 121 && cell.isWellFormed() && cell.endsWith("…"));
});

test("what people should read stays readable", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["macro_f1", "macro_f1"],
    ["accuracy at 0.5", "accuracy at 0.5"],
    ["café 数字 🎉", "café 数字 🎉"],
    ["a < b & c", "a &lt; b &amp; c"],
    ["two\nlines", "two␊lines"],
    ["\u202Etxt", "‹U+202E›txt"],
    ["@octocat", "@&#8203;octocat"],
    ["fixes #1", "fixes #&#8203;1"],
  ];
  for (const [text, expected] of cases) assert.equal(escapeText(text), expected);
});

test("only http addresses become links", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["https://github.example/o/r", "https://github.example/o/r"],
    ["https://x.example/a b(c)<d>\"'`\\|", "https://x.example/a%20b%28c%29%3Cd%3E%22%27%60%5C%7C"],
    ["javascript:alert(1)", undefined],
    ["https:evil", undefined],
    ["//evil.example", undefined],
    ["https://user@evil.example", undefined],
    [`https://x.example/${"a".repeat(3_000)}`, undefined],
  ];
  for (const [url, expected] of cases) assert.equal(safeUrl(url), expected);
});

test("markers of different keys differ and close no comment", () => {
  const keys = ["a", "a b", "a-", "a--b", "a-_2d_b", "-->", "a_20_b", "ä", "", ...HOSTILE_TEXTS];
  const markers = new Set(keys.map((key) => markerOf("report", key)));
  assert.equal(markers.size, new Set(keys.map((key) => key.toWellFormed())).size);
  for (const marker of markers) assert.match(marker, /^<!-- modelyard:report:(?:[A-Za-z0-9._]|-(?!-))* -->$/);
});
