import assert from "node:assert/strict";
import { test } from "node:test";
import { plainLineOf, plainText } from "@modelyard/base";
import { naughtyStrings } from "@modelyard/testkit/naughty-strings";
import fc from "fast-check";
import { commandsIn } from "./testing/runner-grammar.ts";

const SCALE = Number(process.env["MODELYARD_TEST_SCALE"] ?? "1");

test("the list of naughty strings is long", () => {
  assert.ok(naughtyStrings.length >= 515, String(naughtyStrings.length));
});

test("the grammar sees a command where there is one", () => {
  assert.deepEqual(commandsIn("a\n  ::error file=x::m\rb\u00a0\n\u00a0::group::g\nx ##[warning]y"), ["error", "group", "##warning"]);
});

function assertHarmless(text: string): void {
  const shown = plainText(text);
  assert.deepEqual(commandsIn(shown), [], JSON.stringify(text));
  assert.doesNotMatch(shown.replace(/[\t\n]/g, ""), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, JSON.stringify(text));
  assert.equal(plainLineOf(text).includes("\n"), false);
}

test("no naughty string forges a command or hides a character", () => {
  for (const text of naughtyStrings) assertHarmless(text);
});

test("nor does any mixture of them with anything else", () => {
  const part = fc.oneof(
    fc.constantFrom(...naughtyStrings),
    fc.string({ unit: "binary" }),
    fc.constantFrom("::", "##[", "]", "\n", "\r", " ", ":", "#", "["),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => assertHarmless(parts.join(""))),
    { numRuns: 1_000 * SCALE },
  );
});

test("ordinary text stays as it is", () => {
  for (const text of ["accuracy 0.96 -> 0.97", "a: b :: c", "## heading", "tab\tand\nlines", "naïve 中文 😀", "std::vector"])
    assert.equal(plainText(text), text);
});
