import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import type { Signature } from "@modelyard/model";
import { openIsolatedModel } from "@modelyard/onnx/session";
import { allocationBomb, endlessLoop } from "@modelyard/onnx/testing/models";
import type { OpenModel } from "./serve.ts";
import { postInfer, rowsBody, startTestServer, toySource } from "./testing/test-server.ts";

const open: OpenModel = (model) =>
  openIsolatedModel(model.bytes, { signature: model.signature, what: model.name, memoryBytes: 256 * 1024 ** 2, timeoutMs: 1_000 });

const port = (name: string, dtype: "int64" | "float32", shape: number[]) => ({ name, dtype, shape });
const bomb: Signature = {
  format: 1,
  task: "regression",
  inputs: [port("n", "int64", [1])],
  outputs: [{ ...port("y", "float32", [-1]), role: "value" }],
};
const loop: Signature = {
  format: 1,
  task: "regression",
  inputs: [port("x", "float32", [1])],
  outputs: [{ ...port("y", "float32", [1]), role: "value" }],
};

test("a memory bomb fails its own requests while another model serves without a failure", async (t) => {
  const server = await startTestServer({
    open,
    models: [toySource(), toySource({ name: "bomb", bytes: allocationBomb(), signature: bomb, golden: undefined })],
  });
  t.after(() => server.stop({ graceMs: 0 }));
  const blow = (n: string): Promise<{ status: number }> =>
    postInfer(server, `{"inputs":[{"name":"n","datatype":"INT64","shape":[1],"data":[${n}]}]}`, {}, "bomb");
  const honest = Array.from({ length: 40 }, (_, i) => postInfer(server, rowsBody([i, 1])));
  for (const n of ["8589934592", "134217728", "4611686018427387904"]) assert.equal((await blow(n)).status, 500);
  assert.ok((await Promise.all(honest)).every((reply) => reply.status === 200));
  const last = await blow("3");
  assert.equal(last.status, 200, JSON.stringify(last));
});

test("a model that never returns is refused when it is loaded", async () => {
  const hostile = toySource({ name: "loop", bytes: endlessLoop(), signature: loop, golden: undefined });
  await assert.rejects(startTestServer({ open, models: [hostile] }), (error) => hasCode(error, "MODEL_TIMEOUT"));
});
