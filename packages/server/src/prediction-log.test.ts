import assert from "node:assert/strict";
import { test } from "node:test";
import { expectedProbabilities } from "@modelyard/onnx/testing/models";
import { postInfer, rowsBody, startTestServer } from "./testing/test-server.ts";

test("a line holds the id, time, model, version, role, inputs, outputs and latency of its request", async (t) => {
  const server = await startTestServer({ role: "canary" });
  t.after(() => server.stop({ graceMs: 0 }));
  await postInfer(server, { ...rowsBody([1, 2], [3, 4]), outputs: [{ name: "label" }] }, { "x-request-id": "r-1" });
  const [line] = server.sink.lines;
  assert.deepEqual([line!.id, line!.model, line!.version, line!.role], ["r-1", "toy", 3, "canary"]);
  assert.ok(Math.abs(Date.parse(line!.time) - Date.now()) < 60_000);
  assert.deepEqual(line!.inputs, [{ name: "x", dtype: "float32", shape: [2, 2], data: [1, 2, 3, 4] }]);
  // All outputs are logged, whatever the client asked for: monitoring needs the probabilities.
  assert.deepEqual(
    line!.outputs.map((output) => [output.name, output.shape]),
    [
      ["p", [2, 3]],
      ["label", [2]],
    ],
  );
  for (const [i, value] of expectedProbabilities(1, 2).entries()) assert.ok(Math.abs(Number(line!.outputs[0]!.data[i]) - value) < 1e-6);
  assert.ok(line!.latencyMs > 0);
});

test("the role is the trusted header's", async (t) => {
  const server = await startTestServer();
  t.after(() => server.stop({ graceMs: 0 }));
  await postInfer(server, rowsBody([1, 2]), { "x-modelyard-role": "shadow" });
  await postInfer(server, rowsBody([1, 2]));
  assert.deepEqual(
    server.sink.lines.map((line) => line.role),
    ["shadow", "stable"],
  );
});

test("a role header is not believed when nobody is trusted", async (t) => {
  const server = await startTestServer({ trustRole: "never" });
  t.after(() => server.stop({ graceMs: 0 }));
  await postInfer(server, rowsBody([1, 2]), { "x-modelyard-role": "shadow" });
  assert.equal(server.sink.lines[0]!.role, "stable");
});

test("refused requests are not logged; sampling logs its share", async (t) => {
  const server = await startTestServer({ sampling: 0.25 });
  t.after(() => server.stop({ graceMs: 0 }));
  await postInfer(server, "{");
  for (let i = 0; i < 200; i++) await postInfer(server, rowsBody([1, i]));
  const count = server.sink.lines.length;
  assert.ok(count > 25 && count < 80, `${count} of 200 at a share of a quarter`);
});
