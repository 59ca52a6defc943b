import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { temporaryDirectory } from "./temporary-directory.ts";

test("files are written below, listed, read, and gone at the end", async () => {
  let path: string;
  {
    await using directory = await temporaryDirectory();
    path = directory.path;
    await directory.write("b/c.txt", "x");
    await directory.write("a.txt", "y");
    assert.deepEqual(await directory.files(), ["a.txt", "b/c.txt"]);
    assert.equal(await directory.read("b/c.txt"), "x");
  }
  assert.equal(existsSync(path), false);
});
