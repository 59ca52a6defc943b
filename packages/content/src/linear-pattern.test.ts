import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import fc from "fast-check";
import { compileMatcher, compilePattern } from "./linear-pattern.ts";

const atom = fc.constantFrom("a", "b", "/", ".", "[ab]", "[^a]", "\\d", "1", "\\.", "\\w", "_");
const quantifier = fc.constantFrom("", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}");
const piece = fc.tuple(atom, quantifier).map(([a, q]) => a + q);
const branch = fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
const body = fc.array(branch, { minLength: 1, maxLength: 3 }).map((branches) => branches.join("|"));
// A repeated group begins with one character: of a body that may be empty JavaScript refuses empty rounds, and RE2, as we do, takes them.
const source = fc
  .tuple(fc.constantFrom("", "^"), branch, body, branch, fc.constantFrom("", "$"))
  .map(([start, before, inner, after, end]) => `${start}(?:a${before})?(${inner})(?:b${after})*?${end}`);
const text = fc.string({ unit: fc.constantFrom("a", "b", "/", ".", "1", "_", "é", "😀"), maxLength: 12 });

test("captures what a JavaScript RegExp captures", () => {
  fc.assert(
    fc.property(source, text, (pattern, input) => {
      assert.equal(compilePattern(pattern).capture(input), new RegExp(pattern, "u").exec(input)?.[1]);
    }),
    { numRuns: 3_000 },
  );
});

test("matches what a JavaScript RegExp matches", () => {
  fc.assert(
    fc.property(body, text, (pattern, input) => assert.equal(compileMatcher(pattern).matches(input), new RegExp(pattern, "u").test(input))),
  );
});

test("patterns of real trees", () => {
  const cases: [string, string, string | undefined][] = [
    ["^(patient-[0-9]+)/", "patient-12/scan/1.png", "patient-12"],
    ["([^/]+)_\\d+\\.png$", "train/writer7_003.png", "writer7"],
    ["(?:^|/)(\\p{L}+)-", "x/日本-1.png", "日本"],
    ["^(a|ab)(?:c|bcd)", "abcd", "a"],
    ["^(patient-[0-9]+)/", "README.md", undefined],
  ];
  for (const [pattern, path, expected] of cases) assert.equal(compilePattern(pattern).capture(path), expected);
});

test("patterns that make a backtracking matcher explode end after bounded steps", () => {
  const hostile = "a".repeat(1_000);
  for (const pattern of ["^(a+)+$", "^((?:a|a)*)*$", "^(?:a*)*(a*)b$", "(?:.*a){10}(x)"]) {
    if (pattern.match(/\((?!\?)/g)!.length !== 1) continue;
    assert.equal(compilePattern(pattern).capture(`${hostile}!`), undefined);
  }
});

test("what cannot be matched in linear time, or has no single group, is refused", () => {
  for (const pattern of [
    "(a)\\1",
    "(?=a)(b)",
    "(?<!a)(b)",
    "(?<n>a)",
    "(a)(b)",
    "abc",
    "(a",
    "(a){1,999}",
    `(${"a".repeat(300)})`,
    "\\b(a)",
    "((?:(?:a{100}){100}){100})",
  ]) {
    assert.throws(
      () => compilePattern(pattern),
      (error) => hasCode(error, "PATTERN_INVALID"),
      pattern,
    );
  }
});
