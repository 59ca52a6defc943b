import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { findRuntime, loadRuntime } from "./runtime.ts";

test("the runtime of the workspace is found above this source", () =>
  assert.match(findRuntime({}), /onnxruntime-node[\\/]dist[\\/]index\.js$/));

test("the variable may name the package's folder or a folder whose node_modules holds it", () => {
  const entry = findRuntime({});
  const folder = dirname(dirname(entry));
  assert.equal(findRuntime({ MODELYARD_ONNXRUNTIME: folder }), entry);
  assert.equal(findRuntime({ MODELYARD_ONNXRUNTIME: dirname(dirname(folder)) }), entry);
});

test("a variable that names nothing is one error", () => {
  assert.throws(
    () => findRuntime({ MODELYARD_ONNXRUNTIME: join(tmpdir(), "nothing-here") }),
    (error) => hasCode(error, "ONNX_RUNTIME_MISSING"),
  );
});

test("a package without a binding for this machine is one error that names the machine", async () => {
  const folder = await mkdtemp(join(tmpdir(), "modelyard-runtime-"));
  const fake = join(folder, "node_modules", "onnxruntime-node");
  await mkdir(fake, { recursive: true });
  await writeFile(join(fake, "package.json"), '{"name":"onnxruntime-node","main":"index.js"}');
  await writeFile(join(fake, "index.js"), 'require("./bin/napi-v6/darwin/x64/onnxruntime_binding.node")');
  const wanted = new RegExp(`cannot start on ${process.platform} ${process.arch}`);
  assert.throws(
    () => loadRuntime({ MODELYARD_ONNXRUNTIME: fake }),
    (error) => hasCode(error, "ONNX_RUNTIME_MISSING") && wanted.test((error as Error).message),
  );
  await rm(folder, { recursive: true });
});
