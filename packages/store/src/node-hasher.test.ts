import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { utf8 } from "@modelyard/base";
import { nodeHasher } from "./node-hasher.ts";

test("the three ways to a hash agree with one another and with FIPS 180-4", () => {
  assert.equal(nodeHasher.sha256("abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  for (const text of ["", "abc", "é😀", "x".repeat(1_000), ...Array.from({ length: 100 }, (_, i) => `row ${i}`)]) {
    const expected = createHash("sha256").update(text).digest();
    for (const data of [text, utf8(text)]) {
      assert.equal(nodeHasher.sha256(data), `sha256:${expected.toString("hex")}`);
      assert.deepEqual(nodeHasher.sha256Bytes(data), new Uint8Array(expected));
    }
    assert.equal(nodeHasher.start().update(utf8(text)).digest(), `sha256:${expected.toString("hex")}`);
  }
});
