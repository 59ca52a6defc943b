import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isUlid } from "@modelyard/base";
import { DATATYPES, type Dtype, type TensorData, tensorToBytes } from "@modelyard/model";
import { expectedProbabilities } from "@modelyard/onnx/testing/models";
import { onnxModel } from "@modelyard/onnx/writer";
import { postInfer, rowsBody, startTestServer, toySource } from "./testing/test-server.ts";

let server: Awaited<ReturnType<typeof startTestServer>>;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop({ graceMs: 0 }));

interface OutputJson {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data?: readonly unknown[];
  readonly parameters?: { readonly binary_data_size: number };
}

const outputsOf = (body: Record<string, unknown>): readonly OutputJson[] => body["outputs"] as readonly OutputJson[];

function closeTo(got: readonly unknown[], want: readonly number[]): void {
  assert.equal(got.length, want.length);
  for (const [i, value] of want.entries()) assert.ok(Math.abs(Number(got[i]) - value) < 1e-6, `${got[i]} instead of ${value}`);
}

/** JSON before raw tensors, with the header that says where they part. */
async function postBinary(head: object | string, raw: readonly Uint8Array[], headers: Record<string, string> = {}, url = server.url) {
  const json = new TextEncoder().encode(typeof head === "string" ? head : JSON.stringify(head));
  const response = await fetch(`${url}/v2/models/toy/infer`, {
    method: "POST",
    body: Buffer.concat([json, ...raw]),
    headers: { "inference-header-content-length": String(json.length), ...headers },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const length = Number(response.headers.get("inference-header-content-length") ?? bytes.length);
  return { response, body: JSON.parse(bytes.subarray(0, length).toString("utf8")) as Record<string, unknown>, raw: bytes.subarray(length) };
}

test("the default request of tritonclient: binary tensors both ways, without a content type", async () => {
  const input = { name: "x", shape: [1, 2], datatype: "FP32", parameters: { binary_data_size: 8 } };
  const head = { id: "", inputs: [input], parameters: { binary_data_output: true } };
  const { response, body, raw } = await postBinary(head, [Buffer.from(Float32Array.of(1, 2).buffer)]);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/octet-stream");
  const [p, label] = outputsOf(body);
  assert.deepEqual([p!.datatype, p!.shape, p!.parameters, p!.data], ["FP32", [1, 3], { binary_data_size: 12 }, undefined]);
  assert.deepEqual(label!.parameters, { binary_data_size: 8 });
  closeTo([raw.readFloatLE(0), raw.readFloatLE(4), raw.readFloatLE(8)], expectedProbabilities(1, 2));
  assert.equal(raw.readBigInt64LE(12), 1n);
});

test("tritonclient in JSON mode: outputs chosen, binary_data false", async () => {
  const outputs = [{ name: "p", parameters: { binary_data: false } }];
  const { status, headers, body } = await postInfer(server, { ...rowsBody([1, 2]), outputs });
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "application/json");
  assert.equal(outputsOf(body).length, 1);
  closeTo(outputsOf(body)[0]!.data!, expectedProbabilities(1, 2));
});

test("the KServe client: JSON, or octet-stream with the same header and JSON outputs", async () => {
  const json = await postInfer(server, { id: "k-1", ...rowsBody([0, 1]) }, { "content-type": "application/json" });
  assert.deepEqual([json.status, json.body["id"], json.body["model_name"], json.body["model_version"]], [200, "k-1", "toy", "3"]);
  const input = { name: "x", shape: [1, 2], datatype: "FP32", parameters: { binary_data_size: 8 } };
  const octets = await postBinary({ inputs: [input] }, [Buffer.from(Float32Array.of(0, 1).buffer)], {
    "content-type": "application/octet-stream",
  });
  assert.deepEqual(outputsOf(octets.body)[0]!.data, outputsOf(json.body)[0]!.data);
});

test("one output raw and the other as JSON", async () => {
  const outputs = [{ name: "label" }, { name: "p", parameters: { binary_data: true } }];
  const { body, raw } = await postBinary({ ...rowsBody([1, 2]), outputs }, []);
  assert.deepEqual(outputsOf(body)[0]!.data, [1]);
  assert.equal(raw.length, 12);
});

test("nested data is as good as flat", async () => {
  const nested = await postInfer(server, {
    inputs: [
      {
        name: "x",
        datatype: "FP32",
        shape: [2, 2],
        data: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
  });
  const flat = await postInfer(server, rowsBody([1, 2], [3, 4]));
  assert.deepEqual(nested.body["outputs"], flat.body["outputs"]);
});

test("the id is the header's, the body's, or minted; the body's own is echoed and the header tells the log's", async () => {
  const both = await postInfer(server, { id: "body", ...rowsBody([1, 2]) }, { "x-request-id": "head" });
  assert.deepEqual([both.body["id"], both.headers.get("x-request-id"), server.sink.lines.at(-1)!.id], ["body", "head", "head"]);
  const header = await postInfer(server, rowsBody([1, 2]), { "x-request-id": "head 2" });
  assert.deepEqual([header.body["id"], server.sink.lines.at(-1)!.id], ["head 2", "head 2"]);
  const body = await postInfer(server, { id: "caf\u00e9\n", ...rowsBody([1, 2]) });
  assert.deepEqual(
    [body.body["id"], body.headers.get("x-request-id"), server.sink.lines.at(-1)!.id],
    ["caf\u00e9\n", "caf%C3%A9%0A", "caf\u00e9\n"],
  );
  const minted = await postInfer(server, rowsBody([1, 2]));
  assert.ok(isUlid(String(minted.body["id"])));
  assert.equal(server.sink.lines.at(-1)!.id, minted.body["id"]);
});

const VALUES: readonly (readonly [Dtype, TensorData, readonly unknown[]])[] = [
  ["float32", Float32Array.of(1.5, -0, Number.NaN, -Infinity, 0.1), [1.5, -0, "NaN", "-Infinity", Math.fround(0.1)]],
  ["float64", Float64Array.of(Math.PI, -0, 5e-324, 1e308, 0), [Math.PI, -0, 5e-324, 1e308, 0]],
  ["float16", Uint16Array.of(0x3c00, 0x8000, 0x7c00, 0x0001, 0), [1, -0, "Infinity", 2 ** -24, 0]],
  ["int8", Int8Array.of(-128, 127, 0, 1, 2), [-128, 127, 0, 1, 2]],
  ["int16", Int16Array.of(-32768, 32767, 0, 1, 2), [-32768, 32767, 0, 1, 2]],
  ["int32", Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0, 1, 2), [-(2 ** 31), 2 ** 31 - 1, 0, 1, 2]],
  ["uint8", Uint8Array.of(255, 0, 1, 2, 3), [255, 0, 1, 2, 3]],
  ["uint16", Uint16Array.of(65535, 0, 1, 2, 3), [65535, 0, 1, 2, 3]],
  ["uint32", Uint32Array.of(2 ** 32 - 1, 0, 1, 2, 3), [2 ** 32 - 1, 0, 1, 2, 3]],
  ["bool", Uint8Array.of(1, 0, 1, 1, 0), [true, false, true, true, false]],
  ["string", ["", "caf\u00e9", "a\nb", "\u{1f600}", '"'], ["", "caf\u00e9", "a\nb", "\u{1f600}", '"']],
];

for (const [dtype, data, json] of VALUES) {
  test(`${dtype} goes through the server bit for bit, as JSON and raw, in and out`, async (t) => {
    const identity = onnxModel({
      inputs: [{ name: "x", dtype, shape: ["batch"] }],
      outputs: [{ name: "y", dtype, shape: ["batch"] }],
      nodes: [{ op: "Identity", inputs: ["x"], outputs: ["y"] }],
    });
    const signature = {
      format: 1 as const,
      task: "regression" as const,
      inputs: [{ name: "x", dtype, shape: [-1] }],
      outputs: [{ name: "y", dtype, shape: [-1], role: "value" as const }],
    };
    const own = await startTestServer({ models: [toySource({ bytes: identity, signature, golden: undefined })] });
    t.after(() => own.stop({ graceMs: 0 }));
    const head = { name: "x", datatype: DATATYPES[dtype], shape: [5] };
    const bytes = Buffer.from(tensorToBytes({ name: "x", dtype, shape: [5], data }));
    const binary = { ...head, parameters: { binary_data_size: bytes.length } };
    const asJson = await postBinary({ inputs: [binary] }, [bytes], {}, own.url);
    assert.deepEqual(outputsOf(asJson.body)[0]!.data, json);
    const asRaw = await postBinary({ inputs: [binary], parameters: { binary_data_output: true } }, [bytes], {}, own.url);
    assert.deepEqual(asRaw.raw, bytes);
    // By hand, because JSON.stringify writes -0 as 0.
    const values = json.map((value) => (Object.is(value, -0) ? "-0" : JSON.stringify(value))).join(",");
    const text = `{"inputs":[{"name":"x","datatype":"${DATATYPES[dtype]}","shape":[5],"data":[${values}]}],"parameters":{"binary_data_output":true}}`;
    assert.deepEqual((await postBinary(text, [], {}, own.url)).raw, bytes);
  });
}

test("64-bit integers past 2^53 are exact as literals and as texts", async (t) => {
  const identity = onnxModel({
    inputs: [{ name: "x", dtype: "int64", shape: ["batch"] }],
    outputs: [{ name: "y", dtype: "int64", shape: ["batch"] }],
    nodes: [{ op: "Identity", inputs: ["x"], outputs: ["y"] }],
  });
  const signature = {
    format: 1 as const,
    task: "regression" as const,
    inputs: [{ name: "x", dtype: "int64" as const, shape: [-1] }],
    outputs: [{ name: "y", dtype: "int64" as const, shape: [-1], role: "value" as const }],
  };
  const own = await startTestServer({ models: [toySource({ bytes: identity, signature, golden: undefined })] });
  t.after(() => own.stop({ graceMs: 0 }));
  const data = '[9007199254740993,-9223372036854775808,"9223372036854775807",0]';
  const response = await fetch(`${own.url}/v2/models/toy/infer`, {
    method: "POST",
    body: `{"inputs":[{"name":"x","datatype":"INT64","shape":[4],"data":${data}}]}`,
  });
  assert.match(await response.text(), /"data":\[9007199254740993,-9223372036854775808,9223372036854775807,0\]/);
});
