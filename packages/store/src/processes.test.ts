import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { directoryStore } from "./directory-store.ts";
import { storeRecords } from "./records.ts";

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

const WRITERS = 16;
const APPENDS = 20;

test(`${WRITERS} processes append ${APPENDS} records each: every number once, no gap (trust D3)`, async () => {
  const yard = join(root, "yard");
  const reported = (await Promise.all(Array.from({ length: WRITERS }, () => work(["append", yard, String(APPENDS)])))).flat();
  const records = storeRecords(directoryStore(yard));
  const numbers = await records.numbers("runs/r/");
  assert.deepEqual(
    numbers,
    Array.from({ length: WRITERS * APPENDS }, (_, i) => i + 1),
  );
  const schema = z.object({ seq: z.number(), id: z.string() });
  const stored = await Promise.all(numbers.map(async (number) => records.read(records.key("runs/r/", number, 8), schema)));
  assert.deepEqual(stored.map((record) => `${record!.seq} ${record!.id}`).sort(), reported.sort(), "what was reported is what is stored");
});

test("writers killed at any moment leave whole records without a gap, and the next writer needs no unlock (trust D1)", async () => {
  const yard = join(root, "killed");
  await work(["append", yard, "1"]);
  // The delays spread the kills over start, probe, puts and links; what must hold does not depend on where they fall.
  const delays = Array.from({ length: 8 }, (_, i) => 250 + i * 60);
  await Promise.all(
    delays.map(async (delayMs) => {
      const child = spawn(process.execPath, [worker, "append", yard, "100000"], { stdio: "ignore" });
      const ended = new Promise((resolve) => child.on("close", resolve));
      const timer = setTimeout(() => child.kill("SIGKILL"), delayMs);
      await ended;
      clearTimeout(timer);
      assert.equal(child.signalCode, "SIGKILL");
    }),
  );
  await work(["append", yard, "1"]);
  const records = storeRecords(directoryStore(yard));
  const numbers = await records.numbers("runs/r/");
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => i + 1),
  );
  for (const number of numbers)
    assert.equal((await records.read(records.key("runs/r/", number, 8), z.object({ seq: z.number() })))?.seq, number);
});

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
