import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_BODY_CHARACTERS, readSticky, writeSticky } from "./sticky-body.ts";

const MARKER = "<!-- modelyard:report:digits -->";
const ownMarks = fc.constantFrom("", "<!-- modelyard:order=9 -->\n", `${MARKER}\n<!-- modelyard:order=7 -->`);
const text = fc.tuple(ownMarks, fc.string({ unit: "binary", maxLength: 400 })).map((parts) => parts.join(""));
const order = fc.option(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), { nil: undefined });

test("what is written is read again, and writing it once more changes nothing", () => {
  fc.assert(
    fc.property(text, order, (content, number) => {
      const written = writeSticky(MARKER, { order: number, content });
      const read = readSticky(MARKER, written);
      assert.ok(read);
      assert.equal(read.order, number);
      assert.equal(writeSticky(MARKER, { order: read.order, content: read.content }), written);
      assert.deepEqual(readSticky(MARKER, `${written.replaceAll("\n", "\r\n")}\n\n`)?.content, read.content);
    }),
  );
});

test("G3: of any size and any characters, at most GitHub's limit, whole pairs of surrogates, marker first", () => {
  const unit = fc.constantFrom("a", "é", "e\u0301", "😀", "👩‍👩‍👧", "\n", "`");
  const body = fc.tuple(unit, fc.integer({ min: 1, max: 300_000 })).map(([one, times]) => one.repeat(times));
  fc.assert(
    fc.property(fc.array(body, { minLength: 1, maxLength: 3 }), order, (parts, number) => {
      const written = writeSticky(MARKER, { order: number, content: parts.join("") });
      assert.ok(written.length <= MAX_BODY_CHARACTERS && written.isWellFormed() && written.startsWith(`${MARKER}\n`));
    }),
    { numRuns: 60 },
  );
});

test("a marker further down, or one that merely begins alike, is not ours", () => {
  assert.equal(readSticky(MARKER, `quoted: ${MARKER}\nx`), undefined);
  assert.equal(readSticky(MARKER, `${MARKER}x`), undefined);
  assert.deepEqual(readSticky(MARKER, MARKER), { order: undefined, content: "" });
});
