import assert from "node:assert/strict";
import { mkdir, readdir, stat } from "node:fs/promises";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { memoryYard } from "@modelyard/store";
import { temporaryDirectory } from "@modelyard/testkit";
import { pointerName, pointerOf, pointerText, readPointer, writePointer } from "./pointer.ts";
import { csv, push } from "./testing/fixtures.ts";

test("a pointer is short, in one order, and reads back", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("in/t.csv", csv(10));
  const { record } = await push(memoryYard(), directory.at("in"));
  const path = directory.at("deep", pointerName("data"));
  await writePointer(path, pointerOf(record));
  assert.deepEqual(await readPointer(path), pointerOf(record));
  const text = await directory.read("deep/data.dataset.json");
  assert.deepEqual(Object.keys(JSON.parse(text)), ["format", "name", "version", "digest", "files", "examples", "bytes"]);
  assert.ok(text.endsWith("}\n") && text.includes('\n  "version": 1,\n'));
  assert.equal(text, pointerText(pointerOf(record)));
});

test("an equal pointer is left alone, another one replaced in one step", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("in/t.csv", csv(10));
  const { record } = await push(memoryYard(), directory.at("in"));
  const path = directory.at(pointerName("data"));
  await writePointer(path, pointerOf(record));
  const before = await stat(path, { bigint: true });
  await writePointer(path, pointerOf(record));
  assert.equal((await stat(path, { bigint: true })).ino, before.ino);
  await writePointer(path, { ...pointerOf(record), version: 2 });
  assert.equal((await readPointer(path)).version, 2);
  assert.deepEqual((await readdir(directory.path)).sort(), ["data.dataset.json", "in"]);
});

test("what is no pointer is refused", async () => {
  await using directory = await temporaryDirectory();
  await assert.rejects(readPointer(directory.at("none")), (error) => hasCode(error, "POINTER_MISSING"));
  await assert.rejects(readPointer(await directory.write("a", "{")), (error) => hasCode(error, "JSON_INVALID"));
  await assert.rejects(readPointer(await directory.write("b", '{"format":1}')), (error) => hasCode(error, "DOCUMENT_INVALID"));
  await assert.rejects(readPointer(await directory.write("c", '{"format":2}')), (error) => hasCode(error, "FORMAT_TOO_NEW"));
  await mkdir(directory.at("d"));
  await directory.write("in/a", "1");
  const { record } = await push(memoryYard(), directory.at("in"));
  await assert.rejects(writePointer(directory.at("d"), pointerOf(record)), (error) => hasCode(error, "POINTER_NOT_WRITTEN"));
});
