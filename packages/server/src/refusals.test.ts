import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { postInfer, rowsBody, startTestServer } from "./testing/test-server.ts";

let server: Awaited<ReturnType<typeof startTestServer>>;
before(async () => {
  server = await startTestServer({ limits: { maxBodyBytes: 1024 ** 2, maxRows: 100, headersTimeoutMs: 500, bodyTimeoutMs: 1_000 } });
});
after(() => server.stop({ graceMs: 0 }));

const x = { name: "x", datatype: "FP32", shape: [1, 2], data: [1, 2] };
const one = (change: object): object => ({ inputs: [{ ...x, ...change }] });

const REFUSED: readonly (readonly [string, object | string, number, RegExp])[] = [
  ["no JSON", "{", 400, /not JSON/],
  ["an empty body", "", 400, /not JSON/],
  ["a list", "[]", 400, /must be a JSON object/],
  ["no inputs", {}, 400, /list "inputs"/],
  ["an empty list of inputs", { inputs: [] }, 400, /no inputs/],
  ["an input that is no object", { inputs: [3] }, 400, /an input must be a JSON object/],
  ["an input without name", { inputs: [{ ...x, name: undefined }] }, 400, /no name/],
  ["an unknown input", one({ name: "z" }), 422, /no input "z"; it has x/],
  ["an input twice", { inputs: [x, x] }, 400, /given twice/],
  ["an unknown datatype", one({ datatype: "FLOAT" }), 400, /datatype "FLOAT"/],
  ["another datatype than the model's", one({ datatype: "FP64" }), 422, /is FP64; the model takes FP32/],
  ["a wrong rank", one({ shape: [2] }), 422, /shape \[2\]; the model takes \[-1, 2\]/],
  ["a wrong extent", one({ shape: [1, 3], data: [1, 2, 3] }), 422, /shape \[1, 3\]/],
  ["too few values", one({ data: [1] }), 400, /has 1 values for the shape \[1, 2\], which holds 2/],
  ["a ragged tensor", one({ shape: [2, 2], data: [[1, 2], [3]] }), 400, /a list of 1 at depth 2/],
  ["a value instead of a list", one({ shape: [2, 2], data: [[1, 2], 3] }), 400, /a value where its shape/],
  ["a list instead of a value", one({ data: [1, [2]] }), 400, /value 1 of input "x"/],
  ["a text for a number", one({ data: ["1", 2] }), 400, /value 0 of input "x", "1", is not float32/],
  ["null for a number", one({ data: [null, 2] }), 400, /is not float32/],
  ["a number that overflows", '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1e400,2]}]}', 400, /is not float32/],
  ["a float32 that overflows", one({ data: [1e39, 2] }), 400, /is not float32/],
  ["a negative extent", one({ shape: [-1, 2] }), 400, /has the shape/],
  ["an extent past 2^53", '{"inputs":[{"name":"x","datatype":"FP32","shape":[9223372036854775808,2],"data":[1]}]}', 400, /has the shape/],
  ["extents whose product overflows", one({ shape: [2 ** 40, 2 ** 40] }), 413, /too large/],
  ["rank 9", one({ shape: [1, 1, 1, 1, 1, 1, 1, 1, 2] }), 400, /9 extents/],
  ["an empty batch", one({ shape: [0, 2], data: [] }), 422, /batch is empty/],
  ["too many rows", one({ shape: [101, 2], data: Array(202).fill(0) }), 413, /101 rows/],
  ["an unknown output", { ...rowsBody([1, 2]), outputs: [{ name: "q" }] }, 422, /no output "q"; it has p, label/],
  [
    "the classification extension",
    { ...rowsBody([1, 2]), outputs: [{ name: "p", parameters: { classification: 2 } }] },
    422,
    /classification/,
  ],
  ["parameters that are no object", { ...rowsBody([1, 2]), parameters: [] }, 400, /parameters/],
  ["a flag that is none", { ...rowsBody([1, 2]), parameters: { binary_data_output: "yes" } }, 400, /binary_data_output/],
  ["an id that is no text", { ...rowsBody([1, 2]), id: 7 }, 400, /the id/],
  ["65 inputs", { inputs: Array(65).fill(x) }, 413, /65 inputs/],
  ["a million lists in one another", "[".repeat(1_000_000), 413, /nested deeper/],
  ["a body past the limit", "x".repeat(1024 ** 2 + 1), 413, /larger than/],
  ["bytes that no input takes", one({ data: undefined, parameters: { binary_data_size: 8 } }), 400, /takes 8 bytes; 0 are left/],
  ["a binary size that is no number", one({ data: undefined, parameters: { binary_data_size: "8" } }), 400, /binary_data_size/],
  ["data twice", one({ parameters: { binary_data_size: 8 } }), 400, /both data and binary_data_size/],
  ["no data", one({ data: undefined }), 400, /has no data/],
];

for (const [name, body, status, reason] of REFUSED) {
  test(`${name}: ${status} with a reason`, async () => {
    const reply = await postInfer(server, body);
    assert.equal(reply.status, status, JSON.stringify(reply.body));
    assert.match(String(reply.body["error"]), reason);
    assert.equal(reply.headers.get("content-type"), "application/json");
  });
}

const HEADERS: readonly (readonly [Record<string, string>, number, RegExp])[] = [
  [{ "content-encoding": "gzip" }, 415, /content encoding "gzip"/],
  [{ "inference-header-content-length": "abc" }, 400, /Inference-Header-Content-Length is "abc"/],
  [{ "inference-header-content-length": "99999" }, 400, /the body has \d+ bytes/],
  [{ "inference-header-content-length": "0" }, 400, /not JSON/],
  [{ "x-request-id": "a".repeat(201) }, 400, /x-request-id/],
  [{ "x-modelyard-role": "king" }, 400, /x-modelyard-role is "king"/],
];

for (const [headers, status, reason] of HEADERS) {
  test(`the header ${JSON.stringify(headers).slice(0, 60)}: ${status}`, async () => {
    const reply = await postInfer(server, rowsBody([1, 2]), headers);
    assert.equal(reply.status, status);
    assert.match(String(reply.body["error"]), reason);
  });
}

test("2,000 mutated bodies get an answer below 500, and the server serves on", async () => {
  const whole = Buffer.from(JSON.stringify({ id: "a", ...rowsBody([1, 2], [3, 4]), outputs: [{ name: "p" }] }));
  const json = Buffer.from(
    JSON.stringify({ inputs: [{ name: "x", datatype: "FP32", shape: [1, 2], parameters: { binary_data_size: 8 } }] }),
  );
  const binary = Buffer.concat([json, Buffer.alloc(8, 1)]);
  const piece = fc.oneof(
    fc.record({ kind: fc.constant("set" as const), at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 3 }) }),
    fc.record({ kind: fc.constant("cut" as const), at: fc.nat(), bytes: fc.constant(new Uint8Array(0)) }),
    fc.record({
      kind: fc.constant("insert" as const),
      at: fc.nat(),
      bytes: fc
        .constantFrom("[", "{", "]", ",", "-", "1e999", '"', "null", "9223372036854775808", "\\u0000", "NaN", '"__proto__":1,')
        .map((text) => Buffer.from(text)),
    }),
  );
  const mutants = fc.record({
    isBinary: fc.boolean(),
    pieces: fc.array(piece, { minLength: 1, maxLength: 4 }),
    header: fc.option(fc.nat(200)),
  });
  await fc.assert(
    fc.asyncProperty(mutants, async ({ isBinary, pieces, header }) => {
      let body: Buffer = Buffer.from(isBinary ? binary : whole);
      for (const { kind, at, bytes } of pieces) {
        const place = body.length === 0 ? 0 : at % body.length;
        if (kind === "cut") body = body.subarray(0, place);
        else if (kind === "set") body = Buffer.concat([body.subarray(0, place), bytes, body.subarray(place + bytes.length)]);
        else body = Buffer.concat([body.subarray(0, place), bytes, body.subarray(place)]);
      }
      const length = header ?? (isBinary ? json.length : undefined);
      const response = await fetch(`${server.url}/v2/models/toy/infer`, {
        method: "POST",
        body,
        headers: length === undefined ? {} : { "inference-header-content-length": String(length) },
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      assert.ok(response.status < 500, `${response.status}: ${bytes.toString("utf8").slice(0, 300)}`);
      if (response.status >= 400) assert.equal(typeof (JSON.parse(bytes.toString("utf8")) as { error: unknown }).error, "string");
    }),
    { numRuns: 2_000 },
  );
  assert.equal((await postInfer(server, rowsBody([1, 2]))).status, 200);
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
    let got = "";
    socket.on("data", (chunk: Buffer) => {
      got += chunk.toString("latin1");
    });
    socket.on("end", () => resolve(got));
    socket.on("close", () => resolve(got));
    socket.on("error", reject);
  });

test("what is not HTTP, headers too large, and a client too slow are answered and cut", async () => {
  assert.match(await raw("hello\r\n\r\n"), /^HTTP\/1\.1 400 .*\{"error":"this is not an HTTP request"\}$/s);
  assert.match(await raw(`GET /v2 HTTP/1.1\r\nx: ${"a".repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
  assert.match(await raw("POST /v2/models/toy/infer HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{"), /^HTTP\/1\.1 408 /);
});
