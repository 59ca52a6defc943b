import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hasCode } from "@modelyard/base";
import type { Dtype, TensorData } from "@modelyard/model";
import { type ModelSession, openModel, replayGolden } from "./session.ts";
import { checkModelAgainstSignature } from "./signature-check.ts";
import { classifierGolden, classifierModel, classifierSignature, expectedProbabilities, fixedBatchModel } from "./testing/models.ts";
import { onnxModel } from "./writer.ts";

let session: ModelSession;
before(async () => {
  session = await openModel(classifierModel(), { signature: classifierSignature });
});
after(() => session.close());

test("a model that the writer wrote runs and gives what the formula says", async () => {
  const [p, label] = await session.run([{ name: "x", dtype: "float32", shape: [2, 2], data: Float32Array.of(1, 2, -3, 0.5) }]);
  const want = [...expectedProbabilities(1, 2), ...expectedProbabilities(-3, 0.5)];
  for (const [i, value] of want.entries()) assert.ok(Math.abs((p!.data[i] as number) - value) < 1e-6, `p[${i}]`);
  assert.deepEqual(label, { name: "label", dtype: "int64", shape: [2], data: BigInt64Array.of(1n, 1n) });
});

test("golden cases pass, and a wrong one is named", async () => {
  const golden = classifierGolden();
  assert.deepEqual(await replayGolden(session, golden, classifierSignature), { cases: 20, failed: 0, differences: [] });
  const cases = golden.cases.map((one, i) => (i === 7 ? { ...one, outputs: [{ ...one.outputs[0]!, data: [1, 0, 0] }] } : one));
  const report = await replayGolden(session, { ...golden, cases });
  assert.equal(report.failed, 1);
  assert.equal(report.differences[0]!.case, 7);
  assert.equal(report.differences[0]!.output, "p");
});

const VALUES: readonly (readonly [Dtype, TensorData])[] = [
  ["float32", Float32Array.of(1.5, -0, Number.NaN, Infinity)],
  ["float64", Float64Array.of(Math.PI, -0, 5e-324, 1)],
  ["float16", Uint16Array.of(0x3c00, 0x8000, 0x7c00, 0x0001)],
  ["int8", Int8Array.of(-128, 127, 0, 1)],
  ["int16", Int16Array.of(-32768, 32767, 0, 1)],
  ["int32", Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0, 1)],
  ["int64", BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n, 0n)],
  ["uint8", Uint8Array.of(255, 0, 1, 2)],
  ["uint16", Uint16Array.of(65535, 0, 1, 2)],
  ["uint32", Uint32Array.of(2 ** 32 - 1, 0, 1, 2)],
  ["uint64", BigUint64Array.of(2n ** 64n - 1n, 0n, 1n, 2n ** 53n + 1n)],
  ["bool", Uint8Array.of(1, 0, 1, 1)],
  ["string", ["", "caf\u00e9", "a b", "\u{1f600}"]],
];

for (const [dtype, data] of VALUES) {
  test(`${dtype} goes through a model bit for bit`, async () => {
    const identity = onnxModel({
      inputs: [{ name: "x", dtype, shape: ["batch"] }],
      outputs: [{ name: "y", dtype, shape: ["batch"] }],
      nodes: [{ op: "Identity", inputs: ["x"], outputs: ["y"] }],
    });
    const model = await openModel(identity);
    assert.deepEqual(await model.run([{ name: "x", dtype, shape: [4], data }]), [{ name: "y", dtype, shape: [4], data }]);
    await model.close();
  });
}

test("every way to break a signature is a sentence of its own", () => {
  const x = classifierSignature.inputs[0]!;
  const [p] = classifierSignature.outputs;
  const wrong = {
    ...classifierSignature,
    inputs: [{ ...x, dtype: "float64" as const, shape: [-1, 4] }],
    outputs: [p!, { ...p!, name: "q" }],
  };
  assert.deepEqual(checkModelAgainstSignature(session, wrong), [
    "input x is float32, the signature says float64",
    "input x has the shape [-1, 2], the signature says [-1, 4]",
    "output q is not in the model (it has p, label)",
  ]);
  assert.deepEqual(checkModelAgainstSignature(session, { ...classifierSignature, inputs: [{ ...x, name: "z" }] }), [
    "input z is not in the model (it has x)",
    "the model's input x is not in the signature",
  ]);
});

test("a graph that fixes the batch breaks a signature that leaves it free", () => {
  const fixed = { inputs: [{ name: "x", dtype: "float32" as const, shape: [1, 2] }], outputs: session.outputs };
  assert.match(checkModelAgainstSignature(fixed, classifierSignature)[0]!, /\[1, 2\], the signature says \[-1, 2\]/);
});

test("a signature that is not kept stops the opening", async () => {
  const signature = { ...classifierSignature, inputs: [{ ...classifierSignature.inputs[0]!, name: "z" }] };
  await assert.rejects(
    openModel(classifierModel(), { signature, what: "toy@3" }),
    (error) => hasCode(error, "MODEL_SIGNATURE_MISMATCH") && /^toy@3/.test((error as Error).message),
  );
});

test("a graph that the runtime refuses is one error", async () => {
  const unknown = onnxModel({
    inputs: [{ name: "x", dtype: "float32", shape: [1] }],
    outputs: [{ name: "y", dtype: "float32", shape: [1] }],
    nodes: [{ op: "NoSuchOperator", inputs: ["x"], outputs: ["y"] }],
  });
  await assert.rejects(
    openModel(unknown),
    (error) => hasCode(error, "MODEL_OPEN_FAILED") && /NoSuchOperator/.test((error as Error).message),
  );
});

test("a run that fails says why, and the session lives on", async () => {
  const model = await openModel(fixedBatchModel(), { what: "bad@1" });
  const row = (rows: number) => [{ name: "x", dtype: "float32" as const, shape: [rows, 2], data: new Float32Array(rows * 2) }];
  await assert.rejects(
    model.run(row(3)),
    (error) => hasCode(error, "MODEL_RUN_FAILED") && /bad@1 failed.*Reshape/.test((error as Error).message),
  );
  assert.equal((await model.run(row(1)))[0]!.data.length, 2);
  await assert.rejects(model.run([]), (error) => hasCode(error, "MODEL_RUN_FAILED"));
  await model.close();
});

test("a text with a NUL is refused, because the binding would cut it", async () => {
  const input = { name: "x", dtype: "string" as const, shape: [2], data: ["a", "b\0c"] };
  await assert.rejects(
    session.run([input]),
    (error) => hasCode(error, "MODEL_INPUT_INVALID") && /text 1 of the input x/.test((error as Error).message),
  );
});
