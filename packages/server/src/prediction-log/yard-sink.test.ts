import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { seededRandom } from "@modelyard/base";
import type { PredictionLine } from "@modelyard/model";
import { memoryStore } from "@modelyard/store";
import { systemClock } from "@modelyard/store/system-clock";
import { recordingLog } from "@modelyard/testkit";
import { yardSink } from "./yard-sink.ts";

const line = (id: number, time = "2026-11-21T09:59:59.000Z", version = 3): PredictionLine => ({
  id: `id-${id}`,
  time,
  model: "toy",
  version,
  role: "stable",
  inputs: [],
  outputs: [],
  latencyMs: 1,
});

function setUp(change: { segmentBytes?: number; segmentMs?: number; fail?: () => boolean } = {}) {
  const store = memoryStore();
  const log = recordingLog();
  const put = (key: string, bytes: Uint8Array): Promise<unknown> =>
    change.fail?.() ? Promise.reject(new Error("the store is away")) : store.putIfAbsent(key, bytes);
  const sink = yardSink({
    put,
    clock: systemClock,
    random: seededRandom(1),
    log,
    segmentBytes: change.segmentBytes,
    segmentMs: change.segmentMs,
  });
  const stored = async (): Promise<{ key: string; ids: string[] }[]> => {
    const objects: { key: string; ids: string[] }[] = [];
    for await (const { key } of store.list("")) {
      const rows = gunzipSync((await store.get(key))!)
        .toString("utf8")
        .trimEnd()
        .split("\n");
      objects.push({ key, ids: rows.map((row) => (JSON.parse(row) as PredictionLine).id) });
    }
    return objects;
  };
  return { sink, log, stored };
}

test("closing stores each version's and each hour's lines as a segment of its own", async () => {
  const { sink, stored } = setUp();
  sink.write(line(1));
  sink.write(line(2, "2026-11-21T10:00:00.000Z"));
  sink.write(line(3, "2026-11-21T09:00:00.000Z", 4));
  sink.write(line(4));
  await sink.close();
  const objects = await stored();
  assert.deepEqual(
    objects.map((object) => object.ids),
    [["id-1", "id-4"], ["id-2"], ["id-3"]],
  );
  assert.match(objects[0]!.key, /^predictions\/toy\/3\/2026-11-21T09\/[0-9A-Z]{26}\.jsonl\.gz$/);
  assert.match(objects[1]!.key, /^predictions\/toy\/3\/2026-11-21T10\//);
  assert.match(objects[2]!.key, /^predictions\/toy\/4\/2026-11-21T09\//);
});

test("a segment is stored when it is full, and when it is old", async () => {
  const full = setUp({ segmentBytes: 200 });
  for (let i = 0; i < 4; i++) full.sink.write(line(i));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const before = (await full.stored()).flatMap((object) => object.ids);
  await full.sink.close();
  assert.deepEqual(before.toSorted(), ["id-0", "id-1", "id-2", "id-3"]);
  const old = setUp({ segmentMs: 40 });
  old.sink.write(line(7));
  await new Promise((resolve) => setTimeout(resolve, 150));
  const aged = (await old.stored()).flatMap((object) => object.ids);
  await old.sink.close();
  assert.deepEqual(aged, ["id-7"]);
});

test("a store that fails for a moment loses nothing", async () => {
  let failures = 1;
  const { sink, stored } = setUp({ segmentBytes: 1, fail: () => failures-- > 0 });
  sink.write(line(1));
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.deepEqual(
    (await stored()).flatMap((object) => object.ids),
    ["id-1"],
  );
  await sink.close();
  assert.equal(sink.dropped, 0);
});

test("a store that stays away costs its lines, counted, and never the caller", async () => {
  const { sink, log } = setUp({ segmentBytes: 200, fail: () => true });
  for (let i = 0; i < 5; i++) sink.write(line(i));
  await sink.close();
  assert.equal(sink.dropped, 5);
  assert.match(log.of("warning")[0]!, /lines of the prediction log of toy@3 are lost: the store is away/);
});
