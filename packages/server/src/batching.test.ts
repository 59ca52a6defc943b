import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tensor } from "@modelyard/model";
import { expectedProbabilities, fixedBatchModel, fixedBatchSignature } from "@modelyard/onnx/testing/models";
import { systemClock } from "@modelyard/store/system-clock";
import { Batcher, type BatchReport } from "./batcher.ts";
import { HttpProblem } from "./http-problem.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { postInfer, rowsBody, startTestServer, toySource } from "./testing/test-server.ts";

const signal = new AbortController().signal;
const row = (...values: number[]): Tensor[] => [
  { name: "x", dtype: "float32", shape: [values.length, 1], data: Float32Array.from(values) },
];

/** A batcher over a model that doubles its input, with the batches that it ran; `gate` holds the first. */
function doubling(limits: Partial<typeof DEFAULT_LIMITS> = {}, options: { batchable?: boolean; gate?: Promise<void> } = {}) {
  const batches: BatchReport[] = [];
  const session = {
    async run(inputs: readonly Tensor[]): Promise<Tensor[]> {
      await options.gate;
      return inputs.map((tensor) => ({ ...tensor, name: "y", data: (tensor.data as Float32Array).map((value) => value * 2) }));
    },
  };
  const batcher = new Batcher(session, {
    batchable: options.batchable ?? true,
    limits: { ...DEFAULT_LIMITS, ...limits },
    clock: systemClock,
    report: (batch) => batches.push(batch),
  });
  return { batcher, batches };
}

test("requests of one moment are one batch, and each gets its own rows back", async () => {
  const { batcher, batches } = doubling();
  const results = await Promise.all([
    batcher.submit(row(1, 2), 2, signal),
    batcher.submit(row(3), 1, signal),
    batcher.submit(row(4, 5, 6), 3, signal),
  ]);
  assert.deepEqual(batches, [{ requests: 3, rows: 6 }]);
  assert.deepEqual(
    results.map(([y]) => [...(y!.data as Float32Array)]),
    [[2, 4], [6], [8, 10, 12]],
  );
  assert.deepEqual(
    results.map(([y]) => y!.shape),
    [
      [2, 1],
      [1, 1],
      [3, 1],
    ],
  );
});

test("a batch ends at its most rows; a larger request runs alone", async () => {
  const { batcher, batches } = doubling({ maxBatchRows: 4 });
  await Promise.all([1, 2, 3, 4, 5, 6].map((value) => batcher.submit(row(value), 1, signal)));
  await batcher.submit(row(1, 2, 3, 4, 5), 5, signal);
  assert.deepEqual(
    batches.map((batch) => batch.rows),
    [4, 2, 5],
  );
});

test("requests of other extents are batches of their own", async () => {
  const { batcher, batches } = doubling();
  const wide: Tensor[] = [{ name: "x", dtype: "float32", shape: [1, 2], data: Float32Array.of(1, 2) }];
  const [a, b, c] = await Promise.all([
    batcher.submit(row(1), 1, signal),
    batcher.submit(wide, 1, signal),
    batcher.submit(row(2), 1, signal),
  ]);
  assert.deepEqual(
    batches.map((batch) => batch.requests),
    [2, 1],
  );
  assert.deepEqual([a![0]!.data[0], b![0]!.data[1], c![0]!.data[0]], [2, 4, 4]);
});

test("a model with a fixed batch runs each request by itself", async () => {
  const { batcher, batches } = doubling({}, { batchable: false });
  await Promise.all([batcher.submit(row(1), 1, signal), batcher.submit(row(2), 1, signal)]);
  assert.equal(batches.length, 2);
});

test("texts are batched like numbers", async () => {
  const session = { run: async (inputs: readonly Tensor[]): Promise<Tensor[]> => [...inputs] };
  const batcher = new Batcher(session, { batchable: true, limits: DEFAULT_LIMITS, clock: systemClock });
  const text = (value: string): Tensor[] => [{ name: "x", dtype: "string", shape: [1], data: [value] }];
  const results = await Promise.all(["a", "b"].map((value) => batcher.submit(text(value), 1, signal)));
  assert.deepEqual(
    results.map(([x]) => x!.data),
    [["a"], ["b"]],
  );
});

test("a full queue refuses with 503 and Retry-After; those in it are answered", async () => {
  let open: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { batcher } = doubling({ maxQueue: 2, maxBatchRows: 1, batchWindowMs: 0 }, { gate });
  const first = batcher.submit(row(1), 1, signal);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const waiting = [batcher.submit(row(2), 1, signal), batcher.submit(row(3), 1, signal)];
  await assert.rejects(
    batcher.submit(row(4), 1, signal),
    (error) => error instanceof HttpProblem && error.status === 503 && error.headers["retry-after"] === "1",
  );
  open!();
  assert.deepEqual(
    (await Promise.all([first, ...waiting])).map(([y]) => y!.data[0]),
    [2, 4, 6],
  );
});

test("who waits too long gets 503, who went away is dropped, and neither is run", async () => {
  let open: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { batcher, batches } = doubling({ requestTimeoutMs: 20, batchWindowMs: 0, maxBatchRows: 1 }, { gate });
  const first = batcher.submit(row(1), 1, signal);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const gone = new AbortController();
  const left = assert.rejects(batcher.submit(row(2), 1, gone.signal), /went/);
  const late = assert.rejects(batcher.submit(row(3), 1, signal), (error) => error instanceof HttpProblem && error.status === 503);
  gone.abort(new Error("went"));
  setTimeout(() => open!(), 40);
  await Promise.all([first, left, late]);
  assert.equal(batches.length, 1);
});

test("500 clients at once over HTTP: every answer belongs to its question", async (t) => {
  const server = await startTestServer();
  t.after(() => server.stop({ graceMs: 0 }));
  const ask = async (i: number): Promise<void> => {
    const [a, b] = [Math.sin(i), Math.cos(i * 7)];
    const { status, body } = await postInfer(server, { id: `q${i}`, ...rowsBody([a, b]) });
    assert.equal(status, 200);
    assert.equal(body["id"], `q${i}`);
    const p = (body["outputs"] as readonly { data: number[] }[])[0]!.data;
    for (const [k, value] of expectedProbabilities(Math.fround(a), Math.fround(b)).entries())
      assert.ok(Math.abs(p[k]! - value) < 1e-5, `q${i}`);
  };
  await Promise.all(Array.from({ length: 500 }, (_, i) => ask(i)));
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const batches = Number(/modelyard_batch_rows_count\{[^}]*\} (\d+)/.exec(metrics)![1]);
  assert.ok(batches < 500, `${batches} batches of 500 requests`);
});

test("a model that breaks on batches fails those requests with 500 and a reason, and serves on", async (t) => {
  const server = await startTestServer({
    models: [toySource(), toySource({ name: "bad", bytes: fixedBatchModel(), signature: fixedBatchSignature, golden: undefined })],
    limits: { batchWindowMs: 20 },
  });
  t.after(() => server.stop({ graceMs: 0 }));
  assert.equal((await postInfer(server, rowsBody([1, 2]), {}, "bad")).status, 200);
  const replies = await Promise.all(
    Array.from({ length: 16 }, (_, i) => postInfer(server, rowsBody([i, 1]), { "x-request-id": `r${i}` }, i % 4 === 3 ? "toy" : "bad")),
  );
  const failed = replies.filter((reply) => reply.status === 500);
  assert.ok(failed.length >= 2, `${failed.length} failed`);
  for (const reply of failed) assert.match(String(reply.body["error"]), /bad@3 failed: .*Reshape/);
  assert.ok(
    replies.every((reply, i) => i % 4 !== 3 || reply.status === 200),
    "the other model is not touched",
  );
  assert.equal((await postInfer(server, rowsBody([1, 2]), {}, "bad")).status, 200);
  const logged = server.sink.lines.filter((line) => line.error !== undefined);
  assert.equal(logged.length, failed.length);
  assert.deepEqual(logged[0]!.outputs, []);
});
