import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hasCode, utf8 } from "@modelyard/base";
import { z } from "zod";
import type { BlobStore } from "./blob-store.ts";
import { directoryStore } from "./directory-store.ts";
import { memoryStore } from "./memory-store.ts";
import { memoryYard } from "./memory-yard.ts";
import { nodeHasher } from "./node-hasher.ts";
import { yardOver, yardRecordSchema } from "./open-yard.ts";
import { storeRecords } from "./records.ts";
import { bytesSource } from "./sources.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";
import { type Fault, faultAt, faultyStore } from "./testing/faulty-store.ts";
import type { Yard } from "./yard.ts";

const CRASHES: readonly Fault[] = ["crash-before", "crash-half", "crash-after"];
const content = utf8("a blob of some length");
const schema = z.strictObject({ seq: z.number(), id: z.string(), blob: z.string() });

/** Content first, then the record that names it: the order of every writer of a yard. */
async function commit(yard: Yard, id: string): Promise<void> {
  const { digest } = await yard.blobs.put(bytesSource(content));
  await yard.records.append("runs/r/", async (seq) => ({ seq, id, blob: digest }), { pad: 8 });
}

/** Every record reads, its blob verifies, numbers have no gap. */
async function check(store: BlobStore): Promise<string[]> {
  const yard = memoryYard({ store });
  const numbers = await yard.records.numbers("runs/r/");
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => i + 1),
  );
  const ids: string[] = [];
  for (const number of numbers) {
    const record = (await yard.records.read(yard.records.key("runs/r/", number, 8), schema))!;
    assert.deepEqual(await yard.blobs.get(record.blob as Parameters<Yard["blobs"]["get"]>[0]), content);
    ids.push(record.id);
  }
  return ids;
}

async function crashEverywhere(open: () => Promise<{ store: BlobStore; close(): Promise<void> }>): Promise<number> {
  let crashes = 0;
  for (let at = 0; ; at++) {
    let reached = false;
    for (const fault of CRASHES) {
      const { store, close } = await open();
      await commit(memoryYard({ store }), "before");
      const faulty = faultyStore(store, faultAt(at, fault));
      const outcome = await commit(memoryYard({ store: faulty }), "crashed").catch((error: unknown) => error);
      reached ||= faulty.calls.length > at;
      if (outcome !== undefined) {
        crashes++;
        assert.ok(hasCode(outcome, "STORE_CRASHED"), String(outcome));
      }
      const ids = await check(store);
      assert.ok(ids[0] === "before" && ids.length <= 2, "the old state or the new one");
      await commit(memoryYard({ store }), "after");
      assert.equal((await check(store)).at(-1), "after", "the next writer needs no unlock");
      await close();
    }
    if (!reached) return crashes;
  }
}

test("a crash at every store call leaves the old or the new state in memory (trust D1)", async () => {
  const crashes = await crashEverywhere(async () => ({ store: memoryStore(), close: async () => {} }));
  assert.ok(crashes >= 9, `${crashes} crashes`);
});

test("a crash at every store call leaves the old or the new state in a directory, and no temporary file (trust D1)", async () => {
  const crashes = await crashEverywhere(async () => {
    const root = await mkdtemp(join(tmpdir(), "crash-"));
    const close = async (): Promise<void> => {
      assert.deepEqual(await readdir(join(root, "tmp")), []);
      await rm(root, { recursive: true, force: true });
    };
    return { store: directoryStore(root, { sync: false }), close };
  });
  assert.ok(crashes >= 9, `${crashes} crashes`);
});

test("a crash at every store call of the making of a yard: the next one to open it makes it or finds it, once (trust D1)", async (t) => {
  const options = { hasher: nodeHasher, clock: systemClock, random: systemRandom, create: true };
  let crashes = 0;
  for (let at = 0, reached = true; reached; at++) {
    reached = false;
    for (const fault of CRASHES) {
      const root = await mkdtemp(join(tmpdir(), "crash-"));
      const store = directoryStore(root, { sync: false });
      const faulty = faultyStore(store, faultAt(at, fault));
      const outcome = await yardOver(faulty, "file:", options).catch((error: unknown) => error);
      reached ||= faulty.calls.length > at;
      if (hasCode(outcome, "STORE_CRASHED")) crashes++;
      const before = await storeRecords(store).read("yard.json", yardRecordSchema);
      const { id } = await yardOver(store, "file:", options);
      if (before !== undefined) assert.equal(id, before.id);
      assert.equal((await yardOver(store, "file:", { ...options, create: false })).id, id);
      await rm(root, { recursive: true });
    }
  }
  t.diagnostic(`${crashes} crashes`);
  assert.ok(crashes >= 15, `${crashes} crashes`);
});
