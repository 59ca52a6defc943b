import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@modelyard/base";
import fc from "fast-check";
import { commonPrefix } from "./common-prefix.ts";

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? bytes.length : sizes[i % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

test("finds the first difference wherever chunks end", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 30 });
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(text, text, text, sizes, sizes, async (start, x, y, sizesX, sizesY) => {
      const [a, b] = [utf8(start + x), utf8(start + y)];
      let expected = 0;
      while (expected < a.length && expected < b.length && a[expected] === b[expected]) expected++;
      assert.equal(await commonPrefix(cut(a, sizesX), cut(b, sizesY)), expected);
    }),
  );
});
