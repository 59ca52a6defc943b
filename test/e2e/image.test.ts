import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { parseGolden } from "@modelyard/model";
import { manifestSchema, OciLayout } from "@modelyard/oci";
import { type ImageOutputs, image } from "@modelyard/operations/image";
import { register } from "@modelyard/operations/register";
import { testContext } from "@modelyard/operations/testing/test-context";
import { debianBase } from "./debian-base.ts";

const root = resolve(import.meta.dirname, "../..");
const SERVE = join(root, "dist", "serve.cjs");
const START_TIMEOUT_MS = 30_000;
const USER = 65532;
const directory = mkdtempSync(join(tmpdir(), "image-e2e-"));
const work = join(directory, "repository");

let base: string | undefined;
let built: ImageOutputs;

function missing(): string | false {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux, for chroot";
  if (!existsSync(SERVE)) return "needs dist/serve.cjs (npm run build)";
  return base === undefined ? "needs Debian's package manager and its packages" : false;
}

/** A trained model, registered in a yard of the work directory, as the digits example makes it. */
async function registerDigits(): Promise<void> {
  const example = join(root, "examples", "digits");
  mkdirSync(work);
  execFileSync(process.execPath, [join(example, "add-data.ts"), "300", join(work, "work/train/digits.csv")], { stdio: "ignore" });
  execFileSync(process.execPath, [join(example, "train.ts")], {
    cwd: work,
    env: { ...process.env, PARAMETERS: '{"epochs":5}', MODELYARD: "" },
    stdio: "ignore",
  });
  const files = { model: "out/model.onnx", signature: "out/signature.json", golden: "out/golden.json" };
  const registered = await register({ name: "digits", ...files, timeout: 30_000 }, testContext(work));
  assert.equal(registered.version, 1);
}

const build = (output: string, serve = SERVE) =>
  image({ name: "digits", version: "1", base: base!, output }, testContext(work, { env: { MODELYARD_SERVE_BUNDLE: serve } }));

before(async () => {
  base = debianBase(directory);
  if (missing() !== false) return;
  await registerDigits();
  built = await build(join(directory, "layout"));
});
after(() => rmSync(directory, { recursive: true, force: true }));

test("the image starts on Debian's libraries as an unprivileged user and gives the golden predictions", async (t) => {
  if (missing() !== false) return t.skip(String(missing()));
  const rootfs = join(directory, "unpacked");
  await unpack(rootfs);
  const server = start(rootfs);
  try {
    const port = await listening(server);
    const golden = parseGolden(readFileSync(join(work, "out/golden.json")), "golden.json");
    for (const { inputs, outputs } of golden.cases.slice(0, 5)) {
      const body = { inputs: inputs.map(({ name, shape, data }) => ({ name, shape, datatype: "FP32", data })) };
      const response = await fetch(`http://127.0.0.1:${port}/v2/models/digits/versions/1/infer`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      assert.equal(response.status, 200);
      const answer = (await response.json()) as { outputs: { name: string; data: number[] }[] };
      assert.deepEqual(answer.outputs.find(({ name }) => name === "label")?.data, outputs.find(({ name }) => name === "label")?.data);
    }
    const identity = execFileSync("ps", ["-o", "uid=", "-p", String(server.pid)], { encoding: "utf8" });
    assert.equal(Number(identity), USER);
  } finally {
    server.kill("SIGTERM");
  }
  const code = await new Promise((done) => server.on("exit", done));
  assert.equal(code, 0, "SIGTERM ends it cleanly");
});

test("the digest does not depend on place, umask, modes, times or the time zone", async (t) => {
  if (missing() !== false) return t.skip(String(missing()));
  const copy = join(directory, "other-serve.cjs");
  const umask = process.umask(0o077);
  const zone = process.env["TZ"];
  try {
    process.env["TZ"] = "Pacific/Auckland";
    cpSync(SERVE, copy);
    chmodSync(copy, 0o600);
    utimesSync(copy, 1, 1);
    assert.equal((await build(join(directory, "second"), copy)).digest, built.digest);
    assert.equal((await build(join(directory, "third"))).digest, built.digest);
  } finally {
    process.umask(umask);
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  }
});

/** Applies the image's layers with tar, as a container engine would. */
async function unpack(target: string): Promise<void> {
  mkdirSync(target);
  const layout = new OciLayout(join(directory, "layout"));
  const manifest = await layout.readDocument(await layout.resolve("digits-1"), manifestSchema, "the manifest");
  for (const layer of manifest.layers) execFileSync("tar", ["-xf", layout.blobPath(layer.digest), "-C", target]);
}

function start(rootfs: string): ChildProcess {
  const layoutConfig = ["/usr/local/bin/node", "/app/serve.cjs", "--path", "/model/model.onnx", "--signature", "/model/signature.json"];
  const args = [`--userspec=${USER}:${USER}`, rootfs, ...layoutConfig, "--name", "digits", "--version", "1", "--port", "0"];
  return spawn("chroot", args, { stdio: ["ignore", "pipe", "inherit"], env: { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" } });
}

function listening(server: ChildProcess): Promise<number> {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error("the server did not listen in time")), START_TIMEOUT_MS);
    let output = "";
    server.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (!output.includes("\n")) return;
      clearTimeout(timer);
      done((JSON.parse(output.split("\n")[0]!) as { port: number }).port);
    });
    server.on("exit", (code) => failed(new Error(`the server ended with ${code}`)));
  });
}
