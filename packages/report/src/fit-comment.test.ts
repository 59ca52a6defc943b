import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Block } from "./block.ts";
import { codeText, escapeText } from "./escape-markdown.ts";
import { COMMENT_LIMIT, fitComment, type Section } from "./fit-comment.ts";
import { markerOf } from "./marker.ts";
import { renderMarkdown } from "./testing/rendered.ts";

const LINK = "https://github.example/o/r/actions/runs/1";
const FRAME = {
  head: `${markerOf("report", "x")}\n### Title\n\n> [!TIP]\n> pass`,
  foot: "<sub>end</sub>",
  cutNote: `> [!NOTE]\n> full text: [summary](${LINK})`,
};

/** One long text from few random parts, so that a body of 1 MiB costs no time to generate. */
const longText = fc
  .tuple(
    fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
    fc.constantFrom("👍", "e\u0301", "z\u0301\u0302\u0303", "𝔘", "ab ", "`", "|", "<b>"),
    fc.nat(10),
  )
  .map(([parts, filler, power]) => (parts.join("") + filler.repeat(2 ** power)).repeat(3));

function repeated<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

const rowCount = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 41, max: 600 }) },
);

const block: fc.Arbitrary<Block> = fc.oneof(
  longText.map((text): Block => ({ kind: "text", markdown: escapeText(text, 100_000) })),
  fc.tuple(longText, rowCount).map(([text, count]): Block => ({ kind: "list", items: repeated(count, escapeText(text, 400)) })),
  fc.tuple(longText, rowCount).map(
    ([text, count]): Block => ({
      kind: "table",
      header: ["a", "b"],
      align: "lr",
      rows: repeated(count, [escapeText(text, 400), codeText(text)]),
    }),
  ),
  longText.map((text): Block => ({ kind: "fence", language: "text", body: text.replaceAll("\r", "") })),
);
const nested: fc.Arbitrary<Block> = fc.oneof(
  block,
  fc.array(block, { minLength: 1, maxLength: 3 }).map((blocks): Block => ({ kind: "details", summary: "more", blocks })),
);
const section: fc.Arbitrary<Section> = fc.record({
  priority: fc.integer({ min: 0, max: 9 }),
  blocks: fc.array(nested, { minLength: 1, maxLength: 3 }),
});

/** The release suite tries ten times as many. */
const RUNS = 1_000 * Number(process.env["MODELYARD_TEST_SCALE"] ?? 1);

test(`G3: ${RUNS} bodies fit, whole and with the way to the full text`, () => {
  let cut = 0;
  let largest = 0;
  fc.assert(
    fc.property(fc.array(section, { minLength: 1, maxLength: 6 }), fc.constantFrom(600, 4_000, COMMENT_LIMIT), (sections, limit) => {
      const full = fitComment(FRAME, sections, Number.POSITIVE_INFINITY);
      const body = fitComment(FRAME, sections, limit);
      largest = Math.max(largest, full.length);
      assert.ok(body.length <= limit && [...body].length <= limit);
      assert.ok(body.isWellFormed());
      assert.ok(body.startsWith(FRAME.head) && body.includes(FRAME.foot));
      assert.equal(body.split(FRAME.head).length, 2);
      if (full.length > limit) {
        cut++;
        assert.ok(body.includes(LINK));
      }
      assertClosed(body);
    }),
    { numRuns: RUNS },
  );
  assert.ok(cut > RUNS / 10, `only ${cut} bodies were cut`);
  assert.ok(largest > 1_048_576 / 2, `largest body ${largest}`);
});

/** Fences and details are counted by line, which also holds for bodies too long to render a thousand times. */
function assertClosed(body: string): void {
  const outside: string[] = [];
  let fence = "";
  for (const line of body.split("\n")) {
    const ticks = /^(`{3,})/.exec(line)?.[1] ?? "";
    if (fence === "" && ticks !== "") fence = ticks;
    else if (fence !== "" && line === fence) fence = "";
    else if (fence === "") outside.push(line);
  }
  assert.equal(fence, "", "a fence is open");
  const text = outside.join("\n");
  assert.equal(text.split("<details").length, text.split("</details>").length);
  for (const line of outside) if (line.startsWith("|")) assert.equal(line.split("|").length, 4, line);
}

test("a body of 1 MiB in one table loses rows and renders", () => {
  const rows = Array.from({ length: 9_000 }, (_, i) => [`row ${i}`, escapeText(`${"👩‍🔬é".repeat(20)}`)]);
  const body = fitComment(FRAME, [{ priority: 1, blocks: [{ kind: "table", header: ["a", "b"], align: "ll", rows }] }]);
  const rendered = renderMarkdown(body);
  assert.ok(body.length <= COMMENT_LIMIT && body.length > COMMENT_LIMIT - 1_000);
  assert.deepEqual(rendered.unbalanced, []);
  assert.match(body, /… and \d+ more rows/);
});

test("the lower priority gives way, the order stays", () => {
  const text = (character: string, size: number): Block => ({ kind: "text", markdown: character.repeat(size) });
  const body = fitComment(
    FRAME,
    [
      { priority: 1, blocks: [text("a", 300)] },
      { priority: 9, blocks: [text("b", 300)] },
      { priority: 5, blocks: [text("c", 100)] },
    ],
    700,
  );
  assert.ok(!body.includes("aaa"));
  assert.ok(body.indexOf("bbb") < body.indexOf("ccc") && body.includes("ccc"));
});
