import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "./system-random.ts";

test("numbers are in [0, 1), spread, and do not repeat when the pool is filled again", () => {
  const numbers = Array.from({ length: 2_000 }, () => systemRandom.next());
  assert.ok(numbers.every((number) => number >= 0 && number < 1));
  assert.equal(new Set(numbers).size, numbers.length);
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  // Nine standard errors: a fair source misses it once in 10^18 runs.
  assert.ok(Math.abs(mean - 0.5) < 0.06, `mean ${mean}`);
});
