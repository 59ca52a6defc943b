import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hasCode } from "@modelyard/base";
import { openModel } from "@modelyard/onnx/session";
import { classifierGolden } from "@modelyard/onnx/testing/models";
import type { ModelServer } from "./serve.ts";
import { postInfer, rowsBody, startTestServer, toySource } from "./testing/test-server.ts";

let server: ModelServer;
before(async () => {
  server = await startTestServer({ models: [toySource(), toySource({ version: 12 })] });
});
after(() => server.stop({ graceMs: 0 }));

const get = async (path: string, init?: RequestInit): Promise<[number, unknown]> => {
  const response = await fetch(server.url + path, init);
  return [response.status, await response.json()];
};

const metadata = {
  name: "toy",
  versions: ["3", "12"],
  platform: "onnxruntime_onnx",
  inputs: [{ name: "x", datatype: "FP32", shape: [-1, 2] }],
  outputs: [
    { name: "p", datatype: "FP32", shape: [-1, 3] },
    { name: "label", datatype: "INT64", shape: [-1] },
  ],
};

const PATHS: readonly (readonly [string, number, unknown])[] = [
  ["/v2", 200, { name: "modelyard", version: "0.1.0", extensions: ["binary_tensor_data"] }],
  ["/v2/health/live", 200, { live: true }],
  ["/v2/health/ready", 200, { ready: true }],
  ["/v2/models/toy", 200, metadata],
  ["/v2/models/toy/versions/3", 200, metadata],
  ["/v2/models/toy/ready", 200, { name: "toy", ready: true }],
  ["/v2/models/toy/versions/12/ready", 200, { name: "toy", ready: true }],
  ["/v2/models/other", 404, { error: 'there is no model "other"; this server has toy version 3, toy version 12' }],
  ["/v2/models/toy/versions/4", 404, { error: 'there is no model "toy" version "4"; this server has toy version 3, toy version 12' }],
  ["/v2/models/toy/explain", 404, { error: 'there is nothing at "/v2/models/toy/explain"; the protocol starts at /v2' }],
  ["/v2/models/%ff", 404, { error: 'there is nothing at "/v2/models/%ff"; the protocol starts at /v2' }],
];

for (const [path, status, body] of PATHS) {
  test(`GET ${path} gives ${status}, with a query too`, async () => {
    assert.deepEqual(await get(path), [status, body]);
    if (status === 200)
      for (const variant of [`${path}/`, `${path}?a=b`, `${path}/?a=b`]) assert.deepEqual(await get(variant), [status, body]);
  });
}

test("HEAD has the headers of GET; other methods get 405 with Allow", async () => {
  const head = await fetch(`${server.url}/v2/health/ready`, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get("content-length"), "14");
  const post = await fetch(`${server.url}/v2/health/ready`, { method: "POST" });
  assert.deepEqual([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
  const put = await fetch(`${server.url}/v2/models/toy/infer`, { method: "PUT", body: "{}" });
  assert.deepEqual([put.status, put.headers.get("allow")], [405, "POST"]);
});

test("without a version the highest answers, and a named one is that", async () => {
  assert.equal((await postInfer(server, rowsBody([1, 2]))).body["model_version"], "12");
  const response = await fetch(`${server.url}/v2/models/toy/versions/3/infer/`, { method: "POST", body: JSON.stringify(rowsBody([1, 2])) });
  assert.equal(((await response.json()) as { model_version: string }).model_version, "3");
});

test("metrics count requests by code and role, and rows by batch", async () => {
  await postInfer(server, rowsBody([1, 2], [3, 4]), { "x-modelyard-role": "canary" });
  await postInfer(server, "{", { "x-modelyard-role": "canary" });
  const text = await (await fetch(`${server.url}/metrics`)).text();
  assert.match(text, /modelyard_requests_total\{model="toy",version="12",role="canary",code="200"\} 1/);
  assert.match(text, /modelyard_requests_total\{model="toy",version="12",role="canary",code="400"\} 1/);
  assert.match(text, /modelyard_batch_rows_sum\{model="toy",version="12"\} \d+/);
  assert.match(text, /modelyard_request_duration_seconds_count\{model="toy",version="12",role="canary"\} 2/);
  assert.match(text, /modelyard_queue_requests\{model="toy",version="3"\} 0/);
});

test("live but not ready while a model is loaded; ready when it really is", async () => {
  let open: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let port = 0;
  const starting = startTestServer({
    onListening: (address) => {
      port = address.port;
    },
    open: async (model) => {
      await gate;
      return openModel(model.bytes);
    },
  });
  while (port === 0) await new Promise((resolve) => setImmediate(resolve));
  const url = `http://127.0.0.1:${port}`;
  assert.equal((await fetch(`${url}/v2/health/live`)).status, 200);
  const ready = await fetch(`${url}/v2/health/ready`);
  assert.deepEqual([ready.status, await ready.json()], [503, { ready: false }]);
  const early = await postInfer({ url }, rowsBody([1, 2]));
  assert.deepEqual([early.status, early.headers.get("retry-after")], [503, "1"]);
  open!();
  const late = await starting;
  assert.equal((await fetch(`${url}/v2/health/ready`)).status, 200);
  await late.stop({ graceMs: 0 });
});

test("a model that fails its golden cases never becomes ready, and nothing listens any more", async () => {
  const golden = classifierGolden();
  const cases = golden.cases.map((one, i) => (i < 2 ? { ...one, outputs: [{ ...one.outputs[0]!, data: [9, 9, 9] }] } : one));
  let url = "";
  const starting = startTestServer({
    models: [toySource({ golden: { ...golden, cases } })],
    onListening: ({ port }) => {
      url = `http://127.0.0.1:${port}`;
    },
  });
  await assert.rejects(
    starting,
    (error) => hasCode(error, "MODEL_GOLDEN_FAILED") && /toy@3 fails 2 of 20 golden cases; case 0, output p/.test((error as Error).message),
  );
  await assert.rejects(fetch(`${url}/v2`));
});

test("a taken port, no model, and one version twice are one error each", async () => {
  await assert.rejects(
    startTestServer({ port: server.port }),
    (error) => hasCode(error, "SERVER_LISTEN_FAILED") && (error as Error).message.includes(String(server.port)),
  );
  await assert.rejects(startTestServer({ models: [] }), (error) => hasCode(error, "SERVER_MODELS"));
  await assert.rejects(startTestServer({ models: [toySource(), toySource()] }), (error) => hasCode(error, "SERVER_MODELS"));
});
