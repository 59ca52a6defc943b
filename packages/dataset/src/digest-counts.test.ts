import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeHasher } from "@modelyard/store";
import fc from "fast-check";
import { DigestCounts, keyOfHash, keyOfHex } from "./digest-counts.ts";

test("counts as a Map does, also where keys meet in a slot and the table grows", () => {
  const word = fc.constantFrom(0, 1, 2, 1_023, 1_024, 2 ** 31, 2 ** 32 - 1);
  const step = fc.record({ takes: fc.boolean(), high: word, low: word });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const counts = new DigestCounts();
      const model = new Map<string, number>();
      for (const { takes, high, low } of steps) {
        const name = `${high}/${low}`;
        const before = model.get(name) ?? 0;
        if (takes) assert.equal(counts.take({ high, low }), before > 0);
        else assert.equal(counts.add({ high, low }), before + 1);
        model.set(name, takes ? Math.max(0, before - 1) : before + 1);
      }
    }),
  );
  const counts = new DigestCounts();
  for (const times of [1, 2]) for (let i = 0; i < 10_000; i++) assert.equal(counts.add(keyOfHash(nodeHasher.sha256Bytes(`${i}`))), times);
});

test("a hash has one key, as bytes and as digits", () => {
  for (const text of ["", "a", "b", "row"]) {
    assert.deepEqual(keyOfHash(nodeHasher.sha256Bytes(text)), keyOfHex(nodeHasher.sha256(text).slice(7)));
  }
});
