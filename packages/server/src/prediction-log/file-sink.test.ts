import assert from "node:assert/strict";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { PredictionLine } from "@modelyard/model";
import { recordingLog, temporaryDirectory } from "@modelyard/testkit";
import { fileSink } from "./file-sink.ts";

const line = (id: number): PredictionLine => ({
  id: `id-${id}`,
  time: "2026-11-21T09:00:00.000Z",
  model: "toy",
  version: 3,
  role: "stable",
  inputs: [],
  outputs: [],
  latencyMs: 1,
});
const ids = (text: string): string[] =>
  text
    .split("\n")
    .filter((row) => row !== "")
    .map((row) => (JSON.parse(row) as PredictionLine).id);

test("lines are appended in order, to a folder made for them", async () => {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, "logs", "predictions.jsonl");
  for (const range of [
    [0, 1],
    [2, 3],
  ]) {
    const sink = fileSink(path, recordingLog());
    for (const id of range) sink.write(line(id));
    await sink.close();
  }
  assert.deepEqual(ids(await readFile(path, "utf8")), ["id-0", "id-1", "id-2", "id-3"]);
});

test("a log rotated by renaming loses and repeats no line", async () => {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, "p.jsonl");
  const sink = fileSink(path, recordingLog());
  let written = 0;
  const rotated: string[] = [];
  for (let rotation = 0; rotation < 5; rotation++) {
    const end = Date.now() + 120;
    while (Date.now() < end) {
      sink.write(line(written++));
      await new Promise((resolve) => setImmediate(resolve));
    }
    rotated.push(`${path}.${rotation}`);
    await rename(path, rotated.at(-1)!);
  }
  await sink.close();
  const files = [...rotated, path];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  assert.deepEqual(
    texts.flatMap(ids),
    Array.from({ length: written }, (_, i) => `id-${i}`),
  );
  assert.equal(sink.dropped, 0);
});

test("a place that cannot be written drops and counts, warns once, and works again when it can", async () => {
  await using folder = await temporaryDirectory();
  const blocked = join(folder.path, "blocked");
  await writeFile(blocked, "a file where a folder should be");
  const log = recordingLog();
  const sink = fileSink(join(blocked, "p.jsonl"), log);
  for (let i = 0; i < 3; i++) {
    sink.write(line(i));
    await new Promise((resolve) => setTimeout(resolve, 80));
  }
  assert.equal(sink.dropped, 3);
  assert.equal(log.of("warning").length, 1);
  await rename(blocked, `${blocked}-aside`);
  await mkdir(blocked);
  sink.write(line(9));
  await sink.close();
  assert.deepEqual(ids(await readFile(join(blocked, "p.jsonl"), "utf8")), ["id-9"]);
});
