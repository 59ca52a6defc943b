import assert from "node:assert/strict";
import { test } from "node:test";
import { isModelyardError, userError } from "@modelyard/base";
import { directoryError } from "./directory-errors.ts";

const cases: [string, string, boolean][] = [
  ["ENOSPC", "STORE_FULL", false],
  ["EDQUOT", "STORE_FULL", false],
  ["EFBIG", "STORE_FULL", false],
  ["EACCES", "STORE_FORBIDDEN", false],
  ["EPERM", "STORE_FORBIDDEN", false],
  ["EROFS", "STORE_READ_ONLY", false],
  ["EMFILE", "STORE_BUSY", true],
  ["ENFILE", "STORE_BUSY", true],
  ["EIO", "STORE_FAILED", true],
  ["EISDIR", "STORE_KEY_CONFLICT", false],
  ["ELOOP", "STORE_SYMLINK", false],
  ["ENAMETOOLONG", "STORE_KEY_INVALID", false],
  ["EWHATEVER", "STORE_FAILED", false],
];

test("what the file system answers becomes a typed error that names the action", () => {
  for (const [errno, code, retryable] of cases) {
    const error = directoryError(Object.assign(new Error(errno), { code: errno }), "writing a/b in /yard");
    assert.ok(isModelyardError(error), errno);
    assert.deepEqual([error.code, error.retryable], [code, retryable], errno);
    assert.match(error.message, /^writing a\/b in \/yard/);
  }
});

test("other errors pass through", () => {
  for (const error of [
    new Error("x"),
    userError("ECODE", "x"),
    new TypeError("y"),
    Object.assign(new Error("z"), { code: "ERR_INVALID_ARG_TYPE" }),
    "text",
  ]) {
    assert.equal(directoryError(error, "writing"), error);
  }
});
