import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { seededRandom } from "@modelyard/base";
import { RUNTIME_VERSION } from "@modelyard/onnx/runtime";
import { classifierModel } from "@modelyard/onnx/testing/models";
import { temporaryDirectory } from "@modelyard/testkit";
import { postInfer, startTestServer } from "./testing/test-server.ts";

const version = spawnSync("python3", ["-c", "import onnxruntime, numpy; print(onnxruntime.__version__)"], { encoding: "utf8" });
const installed = version.status === 0 ? version.stdout.trim() : undefined;
const skip = installed === undefined ? "python3 with onnxruntime and numpy is not installed" : false;

const SCRIPT = `
import json, sys, numpy, onnxruntime
rows = numpy.array(json.load(open(sys.argv[2])), dtype=numpy.float32)
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
p, label = session.run(["p", "label"], {"x": rows})
print(json.dumps({"p": p.astype(numpy.float64).ravel().tolist(), "label": label.tolist()}))
`;

test("1,000 rows give what Python's onnxruntime gives, bit for bit for the same release", { skip }, async (t) => {
  await using folder = await temporaryDirectory();
  const random = seededRandom(20);
  const rows = Array.from({ length: 1_000 }, () => [Math.fround(random.next() * 20 - 10), Math.fround(random.next() * 4 - 2)] as const);
  const [model, input] = [join(folder.path, "m.onnx"), join(folder.path, "rows.json")];
  await writeFile(model, classifierModel());
  await writeFile(input, JSON.stringify(rows));
  const python = spawnSync("python3", ["-c", SCRIPT, model, input], { encoding: "utf8" });
  assert.equal(python.status, 0, python.stderr);
  const want = JSON.parse(python.stdout) as { p: number[]; label: number[] };
  const server = await startTestServer();
  t.after(() => server.stop({ graceMs: 0 }));
  const { body } = await postInfer(server, { inputs: [{ name: "x", datatype: "FP32", shape: [1_000, 2], data: rows }] });
  const [p, label] = (body["outputs"] as readonly { data: number[] }[]).map((output) => output.data);
  assert.deepEqual(label, want.label);
  // Another release may order a sum differently: one unit in the last place of a float32 near 1.
  const allowed = installed === RUNTIME_VERSION ? 0 : 2 ** -23;
  const worst = Math.max(...p!.map((value, i) => Math.abs(value - want.p[i]!)));
  assert.ok(worst <= allowed, `differs by ${worst} from onnxruntime ${installed}`);
});
