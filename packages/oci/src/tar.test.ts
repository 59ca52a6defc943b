import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { utf8 } from "@modelyard/base";
import fc from "fast-check";
import { readLayer } from "./layer-reader.ts";
import { once } from "./layout.ts";
import { type TarFile, writeTar } from "./tar.ts";

const file = (path: string, text: string, mode: 0o644 | 0o755 = 0o644): TarFile => {
  const bytes = utf8(text);
  return { path, mode, source: { size: bytes.length, open: () => once(bytes) } };
};

async function bytesOf(files: readonly TarFile[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of writeTar(files)) parts.push(part);
  return Buffer.concat(parts);
}

test("GNU tar reads names, modes, long paths and contents", async () => {
  const directory = mkdtempSync(join(tmpdir(), "oci-tar-"));
  const long = `${"deep/".repeat(30)}größe-${"x".repeat(120)}.txt`;
  try {
    writeFileSync(
      join(directory, "a.tar"),
      await bytesOf([file("b/run", "#!/bin/sh\n", 0o755), file("a.txt", "hello"), file(long, "far"), file("empty", "")]),
    );
    execFileSync("tar", ["-xf", "a.tar"], { cwd: directory });
    assert.equal(readFileSync(join(directory, "a.txt"), "utf8"), "hello");
    assert.equal(readFileSync(join(directory, long), "utf8"), "far");
    assert.equal(readFileSync(join(directory, "empty"), "utf8"), "");
    assert.equal(statSync(join(directory, "b/run")).mode & 0o777, 0o755);
    assert.equal(statSync(join(directory, "a.txt")).mtimeMs, 0);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("the order of files does not change the bytes, and the reader finds every entry", async () => {
  const paths = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,3}\.[a-z]{1,3}$/), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(paths, fc.integer(), async (names, salt) => {
      const files = names.map((name) => file(name, `${name}${salt}`));
      const forward = await bytesOf(files);
      assert.ok(forward.equals(await bytesOf(files.toReversed())));
      const seen: string[] = [];
      const contents = await readLayer(once(forward), "none", "test", (entry) => void (entry.type === "file" && seen.push(entry.name)));
      assert.deepEqual(seen.sort(), [...names].sort());
      assert.equal(contents.diffId, `sha256:${createHash("sha256").update(forward).digest("hex")}`);
    }),
    { numRuns: 60 },
  );
});

test("a source that gives another size than it announced is refused", async () => {
  const wrong: TarFile = { path: "a", mode: 0o644, source: { size: 3, open: () => once(utf8("four")) } };
  await assert.rejects(bytesOf([wrong]), { code: "TAR_SIZE" });
});

test("what is no tar is refused by the reader", async () => {
  await assert.rejects(readLayer(once(Buffer.alloc(2048, 7)), "none", "the base x"), { code: "OCI_LAYER_INVALID" });
  await assert.rejects(readLayer(once(Buffer.from([0x1f, 0x8b, 1, 2, 3])), "gzip", "the base x"), { code: "OCI_LAYER_INVALID" });
  await assert.rejects(readLayer(once(new Uint8Array()), "none", "the base x"), { code: "OCI_LAYER_INVALID" });
});
