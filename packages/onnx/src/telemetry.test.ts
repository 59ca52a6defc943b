import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

test("loading the runtime leaves nothing in the home directory and switches telemetry off, in children too", {
  skip: process.platform !== "linux" && "needs /proc",
}, () => {
  const home = mkdtempSync(join(tmpdir(), "onnx-home-"));
  const script = `
    const { readFileSync } = await import("node:fs");
    const { loadRuntime } = await import(${JSON.stringify(join(import.meta.dirname, "runtime.ts"))});
    const { onnxModel } = await import(${JSON.stringify(join(import.meta.dirname, "writer.ts"))});
    const ort = loadRuntime();
    const port = { name: "x", dtype: "float32", shape: [1] };
    const bytes = onnxModel({ inputs: [port], outputs: [{ ...port, name: "y" }], nodes: [{ op: "Relu", inputs: ["x"], outputs: ["y"] }] });
    await ort.InferenceSession.create(bytes);
    const { openIsolatedModel } = await import(${JSON.stringify(join(import.meta.dirname, "isolated.ts"))});
    const isolated = await openIsolatedModel(bytes);
    const children = readFileSync("/proc/self/task/" + process.pid + "/children", "utf8").trim().split(" ").filter(Boolean);
    for (const pid of children) if (!readFileSync("/proc/" + pid + "/environ", "utf8").includes("ORT_DISABLE_TELEMETRY=1")) throw new Error("telemetry is on in " + pid);
    if (children.length === 0) throw new Error("no child was found");
    await isolated.close();
    process.stdout.write(String(process.env.ORT_DISABLE_TELEMETRY));`;
  try {
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, TMPDIR: home };
    const output = execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script], {
      env,
      encoding: "utf8",
    });
    assert.equal(output, "1");
    assert.deepEqual(readdirSync(home), []);
  } finally {
    rmSync(home, { recursive: true });
  }
});
