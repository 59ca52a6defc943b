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

/** How large the parts of a body are: rows of a table or items of a list, and 2^power repetitions in a text. */
interface Scale {
  readonly rows: number;
  readonly power: number;
}
const SMALL: Scale = { rows: 6, power: 4 };
const MIDDLE: Scale = { rows: 60, power: 7 };
const LARGE: Scale = { rows: 400, power: 11 };

/** One long text from few random parts, so that a body of 1 MiB costs no time to generate. */
const longText = ({ power }: Scale): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom("👍", "e\u0301", "z\u0301\u0302\u0303", "𝔘", "ab ", "`", "|", "<b>"),
      fc.nat(power),
    )
    .map(([parts, filler, times]) => (parts.join("") + filler.repeat(2 ** times)).repeat(3));

function repeated<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

function blockOf(scale: Scale): fc.Arbitrary<Block> {
  const text = longText(scale);
  const rowCount = fc.integer({ min: 1, max: scale.rows });
  const block: fc.Arbitrary<Block> = fc.oneof(
    text.map((content): Block => ({ kind: "text", markdown: escapeText(content, 100_000) })),
    fc.tuple(text, rowCount).map(([content, count]): Block => ({ kind: "list", items: repeated(count, escapeText(content, 400)) })),
    fc.tuple(text, rowCount).map(
      ([content, count]): Block => ({
        kind: "table",
        header: ["a", "b"],
        align: "lr",
        rows: repeated(count, [escapeText(content, 400), codeText(content)]),
      }),
    ),
    text.map((content): Block => ({ kind: "fence", language: "text", body: content.replaceAll("\r", "") })),
  );
  return fc.oneof(
    block,
    fc.array(block, { minLength: 1, maxLength: 3 }).map((blocks): Block => ({ kind: "details", summary: "more", blocks })),
  );
}

function bodyOf(scale: Scale): fc.Arbitrary<Section[]> {
  const section: fc.Arbitrary<Section> = fc.record({
    priority: fc.integer({ min: 0, max: 9 }),
    blocks: fc.array(blockOf(scale), { minLength: 1, maxLength: 3 }),
  });
  return fc.array(section, { minLength: 1, maxLength: 6 });
}

const sections = fc.oneof(
  { weight: 90, arbitrary: bodyOf(SMALL) },
  { weight: 8, arbitrary: bodyOf(MIDDLE) },
  { weight: 2, arbitrary: bodyOf(LARGE) },
);

/** The release suite tries ten times as many. */
const RUNS = 10_000 * Number(process.env["MODELYARD_TEST_SCALE"] ?? 1);
const MIB = 1_048_576;

test(`G3: ${RUNS} bodies fit, whole and with the way to the full text`, (context) => {
  let cut = 0;
  const lengths: number[] = [];
  fc.assert(
    fc.property(sections, fc.constantFrom(600, 4_000, COMMENT_LIMIT), (parts, limit) => {
      const full = fitComment(FRAME, parts, Number.POSITIVE_INFINITY);
      const body = fitComment(FRAME, parts, limit);
      lengths.push(full.length);
      assert.ok(body.length <= limit);
      assert.ok(body.isWellFormed());
      assert.ok(body.startsWith(FRAME.head) && body.includes(FRAME.foot));
      assert.equal(body.indexOf(FRAME.head, 1), -1);
      if (full.length > limit) {
        cut++;
        assert.ok(body.includes(LINK));
      }
      assertClosed(body);
    }),
    { numRuns: RUNS },
  );
  const over = (size: number): number => lengths.filter((length) => length > size).length;
  context.diagnostic(
    `${cut} cut; ${over(4_000)} over 4,000 characters, ${over(COMMENT_LIMIT)} over GitHub's limit, ${over(MIB)} over 1 MiB, the largest ${lengths.reduce((a, b) => Math.max(a, b))}`,
  );
  assert.ok(cut > RUNS / 4, `only ${cut} bodies were cut`);
  assert.ok(over(COMMENT_LIMIT) > RUNS / 200, `only ${over(COMMENT_LIMIT)} bodies were over GitHub's limit`);
  assert.ok(over(MIB) > 0, "no body was of 1 MiB");
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
