import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { silentLog } from "@modelyard/base";
import { parsePredictionLine } from "@modelyard/model";
import { classifierGolden, classifierModel, classifierSignature } from "@modelyard/onnx/testing/models";
import { registerVersion } from "@modelyard/registry";
import { nodeHasher, openYard, systemClock, systemRandom, type Yard } from "@modelyard/store";
import { runProcess, temporaryDirectory } from "@modelyard/testkit";

const MAIN = fileURLToPath(new URL("serve-main.ts", import.meta.url));
const BODY = JSON.stringify({ inputs: [{ name: "x", datatype: "FP32", shape: [1, 2], data: [1, 2] }] });

/** Starts the program with an open standard input and waits for its line. */
async function start(args: readonly string[], cwd: string): Promise<{ child: ChildProcess; url: string; infer(): Promise<number> }> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { PATH: process.env["PATH"] }, stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout! }), "line")) as [string];
  const { event, port } = JSON.parse(line) as { event: string; port: number };
  assert.equal(event, "listening");
  const url = `http://127.0.0.1:${port}`;
  const infer = async (): Promise<number> => {
    const response = await fetch(`${url}/v2/models/toy/infer`, { method: "POST", body: BODY });
    await response.arrayBuffer();
    return response.status;
  };
  return { child, url, infer };
}

async function yardWithModel(folder: string): Promise<Yard> {
  const yard = await openYard({
    location: "yard",
    env: {},
    workspace: folder,
    hasher: nodeHasher,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    create: true,
  });
  const put = async (bytes: Uint8Array) => {
    const { digest, size } = await yard.blobs.put(bytes);
    return { digest, size };
  };
  const input = {
    name: "toy",
    model: await put(classifierModel()),
    signature: await put(Buffer.from(JSON.stringify(classifierSignature))),
    golden: await put(Buffer.from(JSON.stringify(classifierGolden()))),
    run: null,
    dataset: null,
    metrics: null,
    headline: {},
    commit: null,
  };
  await registerVersion(yard, input, { clock: systemClock, hasher: nodeHasher });
  return yard;
}

test("a model of the yard is served; SIGTERM answers, stores the prediction log, and exits 0", async () => {
  await using folder = await temporaryDirectory();
  const yard = await yardWithModel(folder.path);
  const { child, url, infer } = await start(["--model", "toy@latest", "--yard", "yard", "--port", "0", "--role", "canary"], folder.path);
  assert.equal((await fetch(`${url}/v2/health/ready`)).status, 200);
  assert.deepEqual(await Promise.all(Array.from({ length: 20 }, infer)), Array(20).fill(200));
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
  const lines: string[] = [];
  for await (const { key } of yard.store.list("predictions/toy/1/")) {
    lines.push(
      ...gunzipSync((await yard.store.get(key))!)
        .toString("utf8")
        .trimEnd()
        .split("\n"),
    );
  }
  assert.equal(lines.length, 20);
  assert.ok(lines.every((line) => parsePredictionLine(line).role === "canary"));
});

test("files are served, isolated too; the end of a piped standard input stops the server", async () => {
  await using folder = await temporaryDirectory();
  await writeFile(join(folder.path, "toy.onnx"), classifierModel());
  await writeFile(join(folder.path, "signature.json"), JSON.stringify(classifierSignature));
  await writeFile(join(folder.path, "golden.json"), JSON.stringify(classifierGolden()));
  for (const more of [[], ["--isolate"]]) {
    const { child, infer } = await start(["--path", "toy.onnx", "--port", "0", ...more], folder.path);
    assert.equal(await infer(), 200);
    child.stdin!.end();
    assert.deepEqual(await once(child, "exit"), [0, null]);
  }
});

const BAD: readonly (readonly [string, string, RegExp])[] = [
  ["a file that is not there", "--path none.onnx", /none\.onnx cannot be read/],
  ["a file that is no model", "--path bad.onnx", /bad@1 is not an ONNX model.*\n.*git lfs pull/],
  ["a yard that is not there", "--model toy --yard nowhere", /nowhere/],
  ["no model", "", /name the model/],
];

for (const [name, args, message] of BAD) {
  test(`${name}: one error with its hint, exit 1, nothing on standard output`, async () => {
    await using folder = await temporaryDirectory();
    await writeFile(join(folder.path, "bad.onnx"), "version https://git-lfs.github.com/spec/v1\n");
    await writeFile(join(folder.path, "signature.json"), JSON.stringify(classifierSignature));
    const result = await runProcess(process.execPath, [MAIN, ...args.split(" ").filter((arg) => arg !== "")], { cwd: folder.path });
    assert.deepEqual([result.code, result.stdout], [1, ""]);
    assert.match(result.stderr, message);
    assert.doesNotMatch(result.stderr, /\n\s+at /);
  });
}
