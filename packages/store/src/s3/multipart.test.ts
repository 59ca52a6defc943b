import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { partLength } from "./multipart.ts";

const MIB = 1024 * 1024;

test("parts are as small as the limits of S3 allow", () => {
  assert.equal(partLength(1), 8 * MIB);
  assert.equal(partLength(80_000 * MIB), 8 * MIB);
  for (const size of [80_000 * MIB + 1, 5e12, 5 * 1024 ** 4]) {
    const length = partLength(size);
    assert.ok(Math.ceil(size / length) <= 10_000 && length % MIB === 0, `${size}`);
  }
  assert.throws(
    () => partLength(60 * 1024 ** 4),
    (error) => hasCode(error, "STORE_OBJECT_TOO_LARGE"),
  );
});
