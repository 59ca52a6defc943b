import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { hasCode, utf8 } from "@modelyard/base";
import fc from "fast-check";
import { makeSplitRule, splitOf, splitRuleSchema, splitUnit } from "./split.ts";
import { testHasher } from "./testing/test-hasher.ts";

test("splitUnit is the first 48 bits of sha256(salt 00 key) over 2^48", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), (salt, key) => {
      const hash = createHash("sha256").update(Buffer.from(salt)).update(Buffer.of(0)).update(Buffer.from(key)).digest();
      assert.equal(splitUnit(salt, key, testHasher), hash.readUIntBE(0, 6) / 2 ** 48);
      assert.equal(splitUnit(salt, utf8(key), testHasher), hash.readUIntBE(0, 6) / 2 ** 48);
    }),
  );
});

test("named cases of format 1 never move", () => {
  const rule = makeSplitRule({ salt: "digits" });
  assert.deepEqual(rule.fractions, { train: 0.8, validation: 0.1, test: 0.1 });
  const splits = Array.from({ length: 30 }, (_, i) => LETTERS[splitOf(rule, `row-${i}`, testHasher)]).join("");
  assert.equal(splits, GOLDEN_SPLITS);
  assert.equal(splitUnit("salt", "key", testHasher), GOLDEN_UNIT);
});

/** Computed apart, by a Python program written from the contract. */
const GOLDEN_SPLITS = "tttttttttvtxttttxxttxtttvttttt";
const LETTERS = { train: "t", validation: "v", test: "x" } as const;
const GOLDEN_UNIT = 0.43111303059396633;

test("test comes first, then validation: a larger test fraction only moves examples into test", () => {
  const small = makeSplitRule({ salt: "s", test: 0.1, validation: 0.1 });
  const large = makeSplitRule({ salt: "s", test: 0.3, validation: 0.1 });
  for (let i = 0; i < 2_000; i++) {
    if (splitOf(small, `${i}`, testHasher) === "test") assert.equal(splitOf(large, `${i}`, testHasher), "test");
  }
});

test("fractions are met within five standard deviations", () => {
  const rule = makeSplitRule({ salt: "share", test: 0.2, validation: 0.3 });
  const counts = { train: 0, validation: 0, test: 0 };
  for (let i = 0; i < 20_000; i++) counts[splitOf(rule, `k${i}`, testHasher)]++;
  for (const split of ["train", "validation", "test"] as const) {
    const p = rule.fractions[split];
    assert.ok(Math.abs(counts[split] - 20_000 * p) < 5 * Math.sqrt(20_000 * p * (1 - p)), `${split}: ${counts[split]}`);
  }
});

test("all of the data can go to one split", () => {
  for (const [validation, testFraction, expected] of [
    [0, 0, "train"],
    [1, 0, "validation"],
    [0, 1, "test"],
  ] as const) {
    const rule = makeSplitRule({ salt: "s", validation, test: testFraction });
    for (let i = 0; i < 200; i++) assert.equal(splitOf(rule, `${i}`, testHasher), expected);
  }
});

test("impossible rules are refused", () => {
  for (const bad of [{ validation: 0.6, test: 0.5 }, { validation: -0.1 }, { test: 2 }, { test: Number.NaN }]) {
    assert.throws(
      () => makeSplitRule({ salt: "s", ...bad }),
      (error) => hasCode(error, "SPLIT_INVALID"),
    );
  }
  assert.throws(
    () => makeSplitRule({ salt: "s", key: { kind: "pattern", pattern: "no-group" } }),
    (error) => hasCode(error, "SPLIT_INVALID"),
  );
  assert.equal(
    splitRuleSchema.safeParse({ salt: "s", fractions: { train: 0.5, validation: 0.1, test: 0.1 }, key: { kind: "content" } }).success,
    false,
  );
});
