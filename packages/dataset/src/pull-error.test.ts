import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode, isModelyardError, userError } from "@modelyard/base";
import { memoryYard } from "@modelyard/store";
import { temporaryDirectory } from "@modelyard/testkit";
import { pullError } from "./pull-error.ts";
import { pull, push, writeTree } from "./testing/fixtures.ts";

for (const [errno, code] of [
  ["ENOSPC", "PULL_FULL"],
  ["EDQUOT", "PULL_FULL"],
  ["EACCES", "PULL_FORBIDDEN"],
  ["EROFS", "PULL_FORBIDDEN"],
  ["ENAMETOOLONG", "PULL_TARGET"],
  ["EIO", "PULL_FAILED"],
] as const) {
  test(`${errno} while a pull writes is ${code} with the target's name and the next step`, () => {
    const error = pullError(Object.assign(new Error("x"), { code: errno }), "/data/points");
    assert.ok(hasCode(error, code) && isModelyardError(error));
    assert.ok(error.message.includes("/data/points") && error.hint !== undefined);
  });
}

test("what is no error of the file system stays as it is", () => {
  for (const error of [userError("PULL_UNSAFE", "x"), new DOMException("x", "AbortError"), new TypeError("x"), "x", null])
    assert.equal(pullError(error, "/data"), error);
});

test("a target where nothing can be made is a named error", { skip: process.platform !== "linux" && "needs /proc" }, async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { a: "1" });
  const yard = memoryYard();
  const { record } = await push(yard, directory.path);
  await assert.rejects(pull(yard, record, "/proc/self"), (error) => isModelyardError(error) && error.code.startsWith("PULL_"));
});
