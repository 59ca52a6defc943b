import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode, isUlid } from "@modelyard/base";
import { memoryYard } from "@modelyard/store";
import { appendRunEvent, newRunId, readRun, readRunEvents } from "./runs.ts";
import { ports } from "./testing/versions.ts";

test("events are read from where a reader stands", async () => {
  const yard = memoryYard();
  const run = newRunId(ports);
  assert.ok(isUlid(run));
  assert.deepEqual(await readRunEvents(yard, run), []);
  await assert.rejects(readRun(yard, run), (error) => hasCode(error, "RUN_MISSING"));
  for (let step = 1; step <= 12; step++) await appendRunEvent(yard, run, { type: "progress", step, total: 12 }, ports);
  await appendRunEvent(yard, run, { type: "finished", outcome: "failed", durationMs: 5, reason: "out of memory" }, ports);
  assert.deepEqual(
    (await readRunEvents(yard, run, { after: 10 })).map((event) => event.seq),
    [11, 12, 13],
  );
  const record = await readRun(yard, run);
  assert.deepEqual([record.status, record.reason, record.progress?.step], ["failed", "out of memory", 12]);
});

test("the same event by eight writers at once is eight events", async () => {
  const yard = memoryYard();
  await Promise.all(Array.from({ length: 8 }, () => appendRunEvent(yard, "r", { type: "progress", step: 1 }, ports)));
  assert.deepEqual(
    (await readRunEvents(yard, "r")).map((event) => event.seq),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
});

test("what is no event or no run name is refused before writing", async () => {
  const yard = memoryYard();
  await assert.rejects(appendRunEvent(yard, "r", { type: "finished", outcome: "done" as "failed", durationMs: 1 }, ports), (error) =>
    hasCode(error, "DOCUMENT_INVALID"),
  );
  await assert.rejects(appendRunEvent(yard, "../x", { type: "progress", step: 1 }, ports), (error) => hasCode(error, "NAME_INVALID"));
  assert.deepEqual(await readRunEvents(yard, "r"), []);
});
