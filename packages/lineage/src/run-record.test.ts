import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOfHex } from "@modelyard/base";
import fc from "fast-check";
import { type RunEvent, runEventSchema } from "./run-event.ts";
import { runRecord } from "./run-record.ts";

const digest = digestOfHex("ab".repeat(32));
const hardware = { cpu: "c", cores: 2, memoryBytes: 1, gpus: [] };
const at = (seq: number) => ({ format: 1, run: "r", seq, time: `2026-01-01T00:00:0${seq}Z` }) as const;
const events: RunEvent[] = [
  {
    ...at(1),
    type: "started",
    model: "digits",
    commit: "abc",
    dataset: { name: "d", version: 2, digest },
    parameters: { lr: 0.1 },
    environment: { node: "24" },
    hardware,
  },
  { ...at(2), type: "progress", step: 1, total: 2, values: { loss: 3 } },
  { ...at(3), type: "metrics", values: { accuracy: 0.8, note: "first" } },
  { ...at(4), type: "checkpoint", step: 1, digest, size: 5 },
  { ...at(5), type: "artifact", artifact: { name: "model.onnx", role: "model", digest, size: 1 } },
  { ...at(6), type: "metrics", values: { accuracy: 0.9 } },
  { ...at(7), type: "artifact", artifact: { name: "model.onnx", role: "model", digest, size: 2 } },
  { ...at(8), type: "finished", outcome: "succeeded", durationMs: 7000 },
];

test("no events, no record", () => assert.equal(runRecord([]), undefined));

test("the record is what the events say together", () => {
  for (const event of events) assert.deepEqual(runEventSchema.parse(event), event);
  const record = runRecord(events)!;
  assert.equal(record.status, "succeeded");
  assert.equal(record.durationMs, 7000);
  assert.deepEqual([record.started, record.finished, record.seq], ["2026-01-01T00:00:01Z", "2026-01-01T00:00:08Z", 8]);
  assert.deepEqual(record.metrics, { accuracy: 0.9, note: "first" });
  assert.deepEqual(record.artifacts, [{ name: "model.onnx", role: "model", digest, size: 2 }]);
  assert.deepEqual(record.progress, { step: 1, total: 2, message: undefined, values: { loss: 3 } });
  assert.deepEqual([record.model, record.commit, record.dataset?.version, record.checkpoint?.size], ["digits", "abc", 2, 5]);
});

test("a run that started again is running, and keeps its first start", () => {
  const again: RunEvent = { ...at(9), type: "started", parameters: { lr: 0.2 }, environment: {}, hardware };
  const record = runRecord([...events, again])!;
  assert.deepEqual(
    [record.status, record.finished, record.durationMs, record.started],
    ["running", undefined, undefined, "2026-01-01T00:00:01Z"],
  );
  assert.deepEqual([record.parameters, record.model], [{ lr: 0.2 }, "digits"]);
});

test("the order in which events were read does not matter", () => {
  const expected = runRecord(events);
  fc.assert(
    fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (shuffled) => assert.deepEqual(runRecord(shuffled), expected)),
  );
});
