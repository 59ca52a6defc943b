import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { attach, attachments } from "./attachments.ts";
import { moveStage, readStage, stageHistory, stagesOf } from "./stages.ts";
import { ports, yardWith } from "./testing/versions.ts";

const move = (stage: "staging" | "production" | "archived", version: number | null) => ({
  name: "digits",
  stage,
  version,
  by: "promote",
  reason: "passed",
});

test("a stage keeps its history, and naming what it names changes nothing", async () => {
  const yard = await yardWith(2);
  assert.equal(await readStage(yard, "digits", "production"), undefined);
  for (const version of [1, 2]) for (const stage of ["staging", "production"] as const) await moveStage(yard, move(stage, version), ports);
  const again = await moveStage(yard, move("production", 2), ports);
  assert.equal(again.kind, "unchanged");
  const history = await stageHistory(yard, "digits", "production");
  assert.deepEqual(
    history.map(({ seq, version, previous }) => [seq, version, previous]),
    [
      [1, 1, null],
      [2, 2, 1],
    ],
  );
  assert.deepEqual(await stagesOf(yard, "digits", 2), ["staging", "production"]);
  const back = await moveStage(yard, { ...move("production", 1), by: "rollback" }, ports);
  assert.equal(back.kind, "moved");
  assert.equal((await readStage(yard, "digits", "production"))?.version, 1);
  assert.equal((await moveStage(yard, move("production", null), ports)).kind, "moved");
});

test("moves that the table does not have are refused and leave nothing", async () => {
  const yard = await yardWith(1);
  await assert.rejects(moveStage(yard, move("production", 1), ports), (error) => hasCode(error, "STAGE_MOVE_REFUSED"));
  await assert.rejects(moveStage(yard, move("staging", 7), ports), (error) => hasCode(error, "MODEL_VERSION_MISSING"));
  await moveStage(yard, move("staging", 1), ports);
  await moveStage(yard, move("production", 1), ports);
  await assert.rejects(moveStage(yard, move("archived", 1), ports), /in production/);
  assert.equal((await stageHistory(yard, "digits", "archived")).length, 0);
});

test("ten movers at once make one history", async () => {
  const yard = await yardWith(10);
  await Promise.all(Array.from({ length: 10 }, (_, i) => moveStage(yard, move("staging", i + 1), ports)));
  const history = await stageHistory(yard, "digits", "staging");
  assert.deepEqual(
    history.map((event) => event.previous),
    [null, ...history.slice(0, -1).map((event) => event.version)],
  );
  assert.equal(history.length, 10);
});

test("attachments add up; the same again is not added", async () => {
  const yard = await yardWith(1);
  const { digest } = await yard.blobs.put(new Uint8Array(1));
  const image = { kind: "image", reference: "x/digits:1", digest, size: 10 } as const;
  const first = await attach(yard, "digits", 1, image, ports);
  assert.deepEqual(await attach(yard, "digits", 1, image, ports), first);
  await attach(yard, "digits", 1, { kind: "scan", verdict: "clean", report: digest }, ports);
  await attach(yard, "digits", 1, { ...image, reference: "x/digits:1b" }, ports);
  assert.deepEqual(
    (await attachments(yard, "digits", 1)).map((there) => [there.seq, there.kind]),
    [
      [1, "image"],
      [2, "scan"],
      [3, "image"],
    ],
  );
});
