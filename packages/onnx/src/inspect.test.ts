import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode, isModelyardError, utf8 } from "@modelyard/base";
import fc from "fast-check";
import { inspectOnnx } from "./inspect.ts";
import { classifierModel, endlessLoop } from "./testing/models.ts";
import { onnxModel } from "./writer.ts";

test("inputs, outputs, operators and versions are read", () => {
  const info = inspectOnnx(classifierModel());
  assert.deepEqual(info.inputs, [{ name: "x", dtype: "float32", shape: [-1, 2] }]);
  assert.deepEqual(info.outputs[1], { name: "label", dtype: "int64", shape: [-1] });
  assert.deepEqual(info.operators, ["ArgMax", "Gemm", "Softmax"]);
  assert.deepEqual([...info.opsets], [["", 17]]);
  assert.equal(info.irVersion, 8);
  assert.equal(info.producer, "modelyard");
  assert.equal(info.initializerBytes, (6 + 3) * 4);
});

test("operators inside a loop's body count", () => {
  assert.deepEqual(inspectOnnx(endlessLoop()).operators, ["Add", "Identity", "Loop"]);
});

test("an initializer that is also declared as input is no input (IR version 3)", () => {
  const bytes = onnxModel({
    irVersion: 3,
    inputs: [
      { name: "x", dtype: "float32", shape: [1] },
      { name: "w", dtype: "float32", shape: [1] },
    ],
    outputs: [{ name: "y", dtype: "float32", shape: [1] }],
    initializers: [{ name: "w", dtype: "float32", shape: [1], data: Float32Array.of(1) }],
    nodes: [{ op: "Add", inputs: ["x", "w"], outputs: ["y"] }],
  });
  assert.deepEqual(
    inspectOnnx(bytes).inputs.map((port) => port.name),
    ["x"],
  );
});

const pickle = Uint8Array.of(0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, 0x63);
const NOT_MODELS: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["an empty file", new Uint8Array(0), /cut download/],
  ["a Git LFS pointer", utf8("version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 4\n"), /git lfs pull/],
  ["a web page", utf8("<!DOCTYPE html><html>Not found</html>"), /web page/],
  ["a pickle", pickle, /never opened/],
  ["a zip archive", Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), /zip archive/],
  ["an HDF5 file", Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10), /HDF5/],
  ["a safetensors file", Uint8Array.from([16, 0, 0, 0, 0, 0, 0, 0, ...utf8('{"w":{"dtype":"F32"}}')]), /safetensors/],
  ["a TensorFlow Lite model", Uint8Array.from([28, 0, 0, 0, ...utf8("TFL3")]), /TensorFlow Lite/],
  ["a JSON text", utf8('{"format": 1}'), /JSON text/],
  ["random bytes", Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255), /cut download/],
];

for (const [name, bytes, hint] of NOT_MODELS) {
  test(`${name} is no ONNX model, and the hint says what it is`, () => {
    assert.throws(
      () => inspectOnnx(bytes, "model.onnx"),
      (error) =>
        hasCode(error, "MODEL_NOT_ONNX") &&
        isModelyardError(error) &&
        /^model\.onnx is not/.test(error.message) &&
        hint.test(error.hint ?? ""),
    );
  });
}

test("every truncation of a model is refused", () => {
  const whole = classifierModel();
  for (let size = 0; size < whole.length; size++) {
    // Cut exactly between two of the model's own fields, what is left may still lack the operator set alone.
    assert.throws(
      () => inspectOnnx(whole.subarray(0, size)),
      (error) => hasCode(error, "MODEL_NOT_ONNX"),
      `cut to ${size} bytes`,
    );
  }
});

test("no mutant of a model does anything but parse or be refused", () => {
  const whole = classifierModel();
  const mutation = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      const bytes = whole.slice();
      for (const { at, byte } of mutations) bytes[at] = byte;
      try {
        inspectOnnx(bytes);
      } catch (error) {
        if (!isModelyardError(error)) throw error;
        assert.match(error.code, /^MODEL_(?:NOT_ONNX|EXTERNAL_DATA|UNKNOWN_OPERATORS)$/);
      }
    }),
    { numRuns: 3_000 },
  );
});

test("operators of an unknown domain are refused by name, unless allowed", () => {
  const bytes = onnxModel({
    inputs: [{ name: "x", dtype: "float32", shape: [1] }],
    outputs: [{ name: "y", dtype: "float32", shape: [1] }],
    nodes: [{ op: "Evil", domain: "example.custom", inputs: ["x"], outputs: ["y"] }],
    domains: { "example.custom": 1 },
  });
  assert.throws(
    () => inspectOnnx(bytes),
    (error) => hasCode(error, "MODEL_UNKNOWN_OPERATORS") && /example\.custom/.test((error as Error).message),
  );
  assert.deepEqual(inspectOnnx(bytes, "m", { allowDomains: ["example.custom"] }).operators, ["example.custom:Evil"]);
});

test("a custom operator hidden in a loop's body is found", () => {
  const graph = { inputs: [], outputs: [], nodes: [{ op: "Evil", domain: "hidden", inputs: [], outputs: ["y"] }] };
  const bytes = onnxModel({
    inputs: [],
    outputs: [{ name: "y", dtype: "float32", shape: [1] }],
    nodes: [{ op: "If", inputs: ["c"], outputs: ["y"], attributes: { then_branch: { graph }, else_branch: { graph } } }],
  });
  assert.throws(
    () => inspectOnnx(bytes),
    (error) => hasCode(error, "MODEL_UNKNOWN_OPERATORS"),
  );
});

/** A length-delimited field of fewer than 128 bytes. */
const field = (number: number, content: readonly number[]): number[] => [(number << 3) | 2, content.length, ...content];

test("weights in another file are refused, in constants and in attributes", () => {
  const location = field(13, [...field(1, [...utf8("location")]), ...field(2, [...utf8("../../etc/passwd")])]);
  for (const tensor of [location, [14 << 3, 1]]) {
    const graphs = [field(5, tensor), field(1, [...field(4, [...utf8("Constant")]), ...field(5, field(5, tensor))])];
    for (const graph of graphs) {
      const bytes = Uint8Array.from([8, 8, ...field(7, graph), ...field(8, [16, 17])]);
      assert.throws(
        () => inspectOnnx(bytes),
        (error) => hasCode(error, "MODEL_EXTERNAL_DATA"),
      );
    }
  }
});

test("graphs nested without end are refused before the stack ends", () => {
  let graph = { inputs: [], outputs: [{ name: "y", dtype: "float32" as const, shape: [1] }], nodes: [] as never[] };
  let bytes = new Uint8Array(0);
  for (let depth = 0; depth < 40; depth++) {
    const nodes = [{ op: "If", inputs: [], outputs: ["y"], attributes: { then_branch: { graph } } }];
    bytes = onnxModel({ ...graph, nodes });
    graph = { ...graph, nodes: nodes as never[] };
  }
  assert.throws(
    () => inspectOnnx(bytes),
    (error) => hasCode(error, "MODEL_NOT_ONNX") && /nested deeper/.test((error as Error).message),
  );
});

test("a model above the size allowed is refused", () => {
  assert.throws(
    () => inspectOnnx(classifierModel(), "m", { maxBytes: 10 }),
    (error) => hasCode(error, "MODEL_TOO_LARGE"),
  );
});
