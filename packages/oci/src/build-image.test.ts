import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { utf8 } from "@modelyard/base";
import { loadBase, scratch } from "./base-image.ts";
import { buildImage, type ImagePlan } from "./build-image.ts";
import { checkImage } from "./check-image.ts";
import { OciLayout, once } from "./layout.ts";
import { type TarFile, writeTar } from "./tar.ts";

const platform = { architecture: "amd64", os: "linux" };
const file = (path: string, text: string): TarFile => ({
  path,
  mode: 0o644,
  source: { size: utf8(text).length, open: () => once(utf8(text)) },
});
const plan = (base: ImagePlan["base"], layers: readonly (readonly TarFile[])[]): ImagePlan => ({
  platform,
  base,
  layers: layers.map((files, i) => ({ comment: `layer ${i}`, files })),
  entrypoint: ["/bin/app"],
  env: ["PATH=/bin", "MODE=test"],
  user: "65532:65532",
  workingDirectory: "/app",
  port: 8080,
  labels: { "org.opencontainers.image.title": "digits" },
  annotations: {},
});

async function inDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "oci-"));
  try {
    await body(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function build(
  directory: string,
  base = scratch,
  layers = [[file("app/a", "1")], [file("model/m", "weights")]],
): Promise<{ layout: OciLayout; digest: string; added: number }> {
  const layout = new OciLayout(directory);
  await layout.create();
  const built = await buildImage(plan(base, layers), layout);
  await layout.tag("digits", built.manifest);
  return { layout, digest: built.manifest.digest, added: built.bytesAdded };
}

async function rootfsTar(path: string, loader: boolean): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const files = [file("etc/hostname", "base"), ...(loader ? [file("lib64/ld-linux-x86-64.so.2", "loader")] : [])];
  for await (const part of writeTar(files)) parts.push(part);
  writeFileSync(path, Buffer.concat(parts));
  return Buffer.concat(parts);
}

test("an image verifies, and the same content gives the same digest in another directory", () =>
  inDirectory(async (directory) => {
    const first = await build(join(directory, "one"));
    const second = await build(join(directory, "two"));
    assert.equal(first.digest, second.digest);
    assert.deepEqual(await checkImage(first.layout, "digits"), { digest: first.digest, layers: 2 });
  }));

test("building again adds no bytes; a changed model adds its layer and two documents alone", () =>
  inDirectory(async (directory) => {
    await build(directory);
    assert.equal((await build(directory)).added, 0);
    const changed = await build(directory, scratch, [[file("app/a", "1")], [file("model/m", "other weights")]]);
    assert.ok(changed.added > 0 && changed.added < 5_000);
    assert.equal(readdirSync(join(directory, "blobs")).join(), "sha256", "no temporary file is left");
  }));

test("other tags of a layout stay", () =>
  inDirectory(async (directory) => {
    const { layout, digest } = await build(directory);
    await layout.tag("other", await layout.resolve("digits"));
    assert.equal((await layout.resolve("digits")).digest, digest);
    assert.equal((await layout.resolve("other")).digest, digest);
    await assert.rejects(layout.resolve("missing"), /it has: digits, other/);
    await assert.rejects(layout.tag("../x", await layout.resolve("other")), { code: "OCI_TAG_INVALID" });
  }));

for (const [name, encode] of [
  ["plain", (bytes: Buffer) => bytes],
  ["gzip", (bytes: Buffer) => gzipSync(bytes)],
  ["zstd", (bytes: Buffer) => zstdCompressSync(bytes)],
] as const) {
  test(`a ${name} tar of a root file system is one layer of the base`, () =>
    inDirectory(async (directory) => {
      const layout = new OciLayout(join(directory, "out"));
      await layout.create();
      writeFileSync(join(directory, "base.tar"), encode(await rootfsTar(join(directory, "plain.tar"), true)));
      const base = await loadBase(join(directory, "base.tar"), layout, platform);
      assert.equal(base.layers.length, 1);
      assert.equal(base.hasGlibc, true);
      const built = await build(join(directory, "out"), base);
      assert.equal((await checkImage(built.layout, "digits")).layers, 3);
    }));
}

test("a layout, and a tar of a layout, work as a base", () =>
  inDirectory(async (directory) => {
    await build(join(directory, "base"));
    execFileSync("tar", ["-cf", join(directory, "base.tar"), "-C", join(directory, "base"), "."]);
    for (const base of ["base", "base:digits", "base.tar"]) {
      const layout = new OciLayout(join(directory, `out-${base.replace(":", "-")}`));
      await layout.create();
      const loaded = await loadBase(join(directory, base), layout, platform);
      assert.equal(loaded.layers.length, 2, base);
      assert.equal(loaded.hasGlibc, false);
      const built = await build(layout.directory, loaded);
      assert.equal((await checkImage(built.layout, "digits")).layers, 4);
      assert.deepEqual(readdirSync(layout.directory).sort(), ["blobs", "index.json", "oci-layout"], "nothing temporary is left");
    }
  }));

test("a base that lies is refused: wrong digest, wrong platform, missing, not a tar", () =>
  inDirectory(async (directory) => {
    const { layout: base } = await build(join(directory, "base"));
    const target = new OciLayout(join(directory, "out"));
    await target.create();
    await assert.rejects(loadBase(join(directory, "base"), target, { architecture: "arm64", os: "linux" }), { code: "OCI_BASE_PLATFORM" });
    await assert.rejects(loadBase(join(directory, "nowhere"), target, platform), { code: "OCI_BASE_MISSING" });
    writeFileSync(join(directory, "noise"), Buffer.alloc(4096, 3));
    await assert.rejects(loadBase(join(directory, "noise"), target, platform), { code: "OCI_LAYER_INVALID" });
    for (const hex of readdirSync(join(base.directory, "blobs", "sha256"))) {
      const path = join(base.directory, "blobs", "sha256", hex);
      const bytes = readFileSync(path);
      const damaged = Buffer.from(bytes);
      damaged[damaged.length >> 1]! ^= 1;
      writeFileSync(path, damaged);
      await assert.rejects(
        loadBase(join(directory, "base"), target, platform),
        (error: { code?: string }) => /^(OCI_|JSON_|DOCUMENT_)/.test(error.code ?? ""),
        hex,
      );
      await assert.rejects(checkImage(base, "digits"), (error: { code?: string }) => /^(OCI_|JSON_|DOCUMENT_)/.test(error.code ?? ""), hex);
      writeFileSync(path, bytes);
    }
  }));
