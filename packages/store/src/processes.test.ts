import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { directoryStore } from "./directory-store.ts";

const run = promisify(execFile);
const worker = fileURLToPath(new URL("testing/worker.ts", import.meta.url));
const root = await mkdtemp(join(tmpdir(), "processes-"));
after(() => rm(root, { recursive: true, force: true }));

/** Runs the worker, under limits of the shell where `limits` names some. */
async function work(args: readonly string[], limits = "", options: { uid?: number } = {}): Promise<string[]> {
  const command = `${limits}${limits && "; "}exec "$@"`;
  const { stdout } = await run("sh", ["-c", command, "sh", process.execPath, worker, ...args], { ...options, maxBuffer: 1 << 24 });
  return z.array(z.string()).parse(JSON.parse(stdout));
}

async function objects(directory: string): Promise<number[]> {
  const sizes: number[] = [];
  for await (const { size } of directoryStore(directory).list("objects/")) sizes.push(size);
  return sizes;
}

test("no space: a clean error for each of 50 puts, nothing half-written, and it works again with space (trust D7)", async () => {
  const directory = join(root, "full");
  // A limit on file size stands for a full disk: the write fails the same way, half-way, and needs no rights to set up.
  assert.deepEqual(new Set(await work(["put", directory, "1000000", "50"], "ulimit -f 64")), new Set(["STORE_FULL"]));
  assert.deepEqual([await objects(directory), await readdir(join(directory, "tmp"))], [[], []]);
  assert.deepEqual(new Set(await work(["put", directory, "1000000", "50"])), new Set(["created"]));
  assert.deepEqual(new Set(await objects(directory)), new Set([1_000_000]));
});

test("too many open files: a retryable error, whole objects only, and it works again (trust D7)", async () => {
  const directory = join(root, "files");
  const outcomes = await work(["put", directory, "1000", "400"], "ulimit -n 40");
  assert.ok(outcomes.includes("STORE_BUSY"), String(new Set(outcomes)));
  assert.ok(
    outcomes.every((outcome) => outcome === "created" || outcome === "STORE_BUSY"),
    String(new Set(outcomes)),
  );
  assert.equal((await objects(directory)).length, outcomes.filter((outcome) => outcome === "created").length);
  const again = await work(["put", directory, "1000", "400"]);
  assert.ok(again.every((outcome) => outcome === "created" || outcome === "exists"));
  assert.deepEqual(new Set(await objects(directory)), new Set([1000]));
  assert.equal((await objects(directory)).length, 400);
});

test("a directory that may not be written says so (trust D7)", async () => {
  const directory = join(root, "forbidden");
  await mkdir(directory);
  await chmod(root, 0o755);
  const isRoot = process.getuid?.() === 0;
  // Root may write everywhere, so the test steps down to the user nobody.
  const nobody = 65_534;
  if (isRoot) await chown(directory, nobody, nobody);
  await chmod(directory, 0o500);
  assert.deepEqual(await work(["put", directory, "10", "1"], "", isRoot ? { uid: nobody } : {}), ["STORE_FORBIDDEN"]);
  await chmod(directory, 0o700);
  assert.deepEqual(await work(["put", directory, "10", "1"], "", isRoot ? { uid: nobody } : {}), ["created"]);
});
