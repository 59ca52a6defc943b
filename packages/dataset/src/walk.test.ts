import assert from "node:assert/strict";
import { rm, symlink } from "node:fs/promises";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { temporaryDirectory } from "@modelyard/testkit";
import { writeTree } from "./testing/fixtures.ts";
import { walk } from "./walk.ts";

test("a directory that cannot be listed is named", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "a/1": "1", "b/2": "2" });
  const files = walk(directory.path);
  assert.equal((await files.next()).value?.path, "a/1");
  await rm(directory.at("b"), { recursive: true });
  await assert.rejects(
    async () => files.next(),
    (error) => hasCode(error, "DATASET_FILE_UNREADABLE") && (error as Error).message.includes(directory.at("b")),
  );
});

test("a link given as the source is refused with the way out", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "data/1": "1" });
  await symlink("data", directory.at("link"));
  await assert.rejects(
    async () => walk(directory.at("link")).next(),
    (error) => hasCode(error, "DATASET_LINK") && (error as { hint: string }).hint.includes("path"),
  );
});
