import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode, newUlid, remoteError, seededRandom, utf8 } from "@modelyard/base";
import { z } from "zod";
import { memoryStore } from "./memory-store.ts";
import { nodeHasher } from "./node-hasher.ts";
import { storeRecords } from "./records.ts";
import { systemRandom } from "./system-random.ts";
import { type Fault, type FaultPlan, faultyStore, randomFaults } from "./testing/faulty-store.ts";
import { withRetry } from "./with-retry.ts";

const schema = z.strictObject({ format: z.literal(1), n: z.number(), id: z.string() });
const clock = { sleep: async () => {} };

test("records are canonical JSON with a checksum, parsed strictly", async () => {
  const store = memoryStore();
  const records = storeRecords(store);
  assert.equal(await records.create("r/a.json", { n: 1, id: "x", format: 1, gone: undefined }), "created");
  const check = nodeHasher.sha256('r/a.json\n{"format":1,"id":"x","n":1}');
  assert.deepEqual(await store.get("r/a.json"), utf8(`{"check":"${check}","format":1,"id":"x","n":1}`));
  assert.deepEqual(await records.read("r/a.json", schema), { format: 1, n: 1, id: "x" });
  assert.equal(await records.read("r/b.json", schema), undefined);
  await store.putIfAbsent("r/dup.json", utf8('{"format":1,"n":1,"n":2,"id":"x"}'));
  await store.putIfAbsent("r/new.json", utf8('{"format":2}'));
  await store.putIfAbsent("r/odd.json", utf8('{"format":1,"n":"1","id":"x"}'));
  await assert.rejects(records.read("r/dup.json", schema), (error) => hasCode(error, "JSON_INVALID"));
  await assert.rejects(records.read("r/new.json", schema), (error) => hasCode(error, "FORMAT_TOO_NEW"));
  await assert.rejects(
    records.read("r/odd.json", schema),
    (error) => hasCode(error, "DOCUMENT_INVALID") && /r\/odd\.json/.test(String(error)),
  );
});

test("a taken key is taken, unless it holds these very bytes", async () => {
  const records = storeRecords(memoryStore());
  assert.equal(await records.create("k", { a: 1, b: 2 }), "created");
  assert.equal(await records.create("k", { b: 2, a: 1 }), "created");
  assert.equal(await records.create("k", { a: 1, b: 3 }), "taken");
});

test("numbers are taken in order, padded or not", async () => {
  const records = storeRecords(memoryStore());
  for (let i = 1; i <= 12; i++) {
    for (const pad of [0, 8]) assert.equal((await records.append(`p${pad}/`, async (next) => ({ next }), { pad }))?.number, i);
  }
  assert.deepEqual(await records.numbers("p0/"), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  assert.deepEqual(await records.numbers("p8/", { after: 10, pad: 8 }), [11, 12]);
  assert.deepEqual(await records.numbers("p0/", { after: 10 }), [11, 12]);
  assert.deepEqual([records.key("p/", 7), records.key("p/", 7, 8)], ["p/7.json", "p/00000007.json"]);
});

test("a builder that gives up writes nothing", async () => {
  const records = storeRecords(memoryStore());
  assert.equal(await records.append("p/", async () => undefined), undefined);
  assert.deepEqual(await records.numbers("p/"), []);
});

test("a lost number means read and build again", async () => {
  const records = storeRecords(memoryStore());
  const offered: number[] = [];
  const made = await records.append("p/", async (next) => {
    offered.push(next);
    if (next < 3) await records.create(records.key("p/", next), { other: next });
    return { mine: next };
  });
  assert.deepEqual([offered, made?.number, await records.numbers("p/")], [[1, 2, 3], 3, [1, 2, 3]]);
});

test("a record without its checksum, with one of another key, or spelt in another way is refused", async () => {
  const store = memoryStore();
  const records = storeRecords(store);
  await records.create("r/1.json", { format: 1, n: 10, id: "x" });
  const bytes = Buffer.from((await store.get("r/1.json"))!).toString();
  const damaged: Record<string, string> = {
    "r/2.json": bytes,
    "r/3.json": '{"format":1,"id":"x","n":10}',
    "r/4.json": bytes.replace("10", "11"),
    "r/5.json": bytes.replace("10", "1e1"),
    "r/6.json": ` ${bytes}`,
    "r/7.json": bytes.replace(/sha256:./, "sha256:_"),
  };
  for (const [key, text] of Object.entries(damaged)) {
    await store.putIfAbsent(key, utf8(text));
    await assert.rejects(records.read(key, schema), (error) => hasCode(error, "RECORD_CORRUPT") && String(error).includes(key), key);
  }
  await store.delete("r/1.json");
  for (const text of [bytes.replace("10", "1e1"), ` ${bytes}`]) {
    await store.putIfAbsent("r/1.json", utf8(text));
    await assert.rejects(records.read("r/1.json", schema), (error) => hasCode(error, "RECORD_CORRUPT"), text);
    await store.delete("r/1.json");
  }
  await assert.rejects(records.create("r/8.json", { check: 1 }), (error) => hasCode(error, "RECORD_MEMBER"));
});

/** Loses the reply of every `every`-th put after it took effect. */
function losingPuts(every: number): { plan: FaultPlan; lost: () => number } {
  let puts = 0;
  let lost = 0;
  return {
    plan: (call) => {
      if (call.method !== "putIfAbsent" || puts++ % every !== 0) return undefined;
      lost++;
      return "after";
    },
    lost: () => lost,
  };
}

const LOST_REPLIES = 1_000;

test(`D4: ${LOST_REPLIES} replies of a put lost after it took effect: 0 duplicates, 0 false conflicts`, async (t) => {
  const store = memoryStore();
  // The first try of each append loses its reply, the second finds the number taken by its own bytes.
  const losing = losingPuts(2);
  const records = storeRecords(withRetry(faultyStore(store, losing.plan), { clock, random: seededRandom(4) }));
  let falseConflicts = 0;
  const ids: string[] = [];
  for (let i = 1; i <= LOST_REPLIES; i++) {
    ids.push(newUlid(i, systemRandom));
    const made = await records.append("p/", async (n) => ({ format: 1, n, id: ids[i - 1]! }), { pad: 8 });
    if (made?.number !== i) falseConflicts++;
  }
  const clean = storeRecords(store);
  const numbers = await clean.numbers("p/");
  const stored = await Promise.all(numbers.map(async (n) => (await clean.read(clean.key("p/", n, 8), schema))!.id));
  const duplicates = stored.length - new Set(stored).size;
  t.diagnostic(`${losing.lost()} replies lost, ${stored.length} records, ${duplicates} duplicates, ${falseConflicts} false conflicts`);
  assert.deepEqual([losing.lost(), duplicates, falseConflicts], [LOST_REPLIES, 0, 0]);
  assert.deepEqual(stored, ids);
});

test("D4: a rival takes the number while the reply is lost: a true conflict stays one", async (t) => {
  const rounds = 200;
  const store = memoryStore();
  const rival = storeRecords(store);
  const losing = losingPuts(2);
  const records = storeRecords(withRetry(faultyStore(store, losing.plan), { clock, random: seededRandom(5) }), { clock });
  for (let i = 0; i < rounds; i++) {
    const offered: number[] = [];
    const made = await records.append(
      "p/",
      async (n) => {
        offered.push(n);
        if (offered.length === 1) await rival.create(rival.key("p/", n, 8), { format: 1, n, id: `rival ${i}` });
        return { format: 1, n, id: `own ${i}` };
      },
      { pad: 8 },
    );
    assert.deepEqual([offered, made?.number], [[2 * i + 1, 2 * i + 2], 2 * i + 2]);
  }
  assert.equal((await rival.numbers("p/")).length, 2 * rounds);
  t.diagnostic(`${losing.lost()} replies lost in ${rounds} rounds with a rival`);
});

test("1,000 appends with two calls in five answered by a lost reply: each record once, in order", async () => {
  const seed = 4;
  const store = memoryStore();
  const faulty = faultyStore(store, randomFaults(seededRandom(seed), 0.4, ["after"]));
  const records = storeRecords(withRetry(faulty, { clock, random: seededRandom(seed), attempts: 50 }));
  const ids: string[] = [];
  for (let i = 1; i <= 1_000; i++) {
    ids.push(newUlid(i, systemRandom));
    const made = await records.append("p/", async (n) => ({ format: 1, n, id: ids[i - 1]! }), { pad: 8 });
    assert.equal(made?.number, i, `seed ${seed}`);
  }
  const clean = storeRecords(store);
  for (let i = 1; i <= 1_000; i++) assert.equal((await clean.read(clean.key("p/", i, 8), schema))?.id, ids[i - 1]);
  assert.equal((await clean.numbers("p/")).length, 1_000);
});

test("200 random schedules of three writers with every kind of fault: numbers without gaps, no acknowledged record lost (trust D2)", async () => {
  const faults: Fault[] = ["before", "after", "cut"];
  for (let seed = 1; seed <= 200; seed++) {
    const store = memoryStore();
    const random = seededRandom(seed);
    const acknowledged: string[] = [];
    const writer = async (name: string): Promise<void> => {
      const records = storeRecords(withRetry(faultyStore(store, randomFaults(random, 0.3, faults)), { clock, random, attempts: 4 }), {
        clock,
      });
      for (let i = 0; i < 8; i++) {
        const id = `${name}${i}`;
        const made = await records
          .append("p/", async (n) => ({ format: 1, n, id }), { pad: 8 })
          .catch((error: unknown) => {
            // Giving up after many faults is honest; losing what was acknowledged is not.
            if (!hasCode(error, "STORE_FAULT")) throw error;
          });
        if (made) acknowledged.push(`${made.number} ${id}`);
      }
    };
    await Promise.all(["a", "b", "c"].map(writer));
    const records = storeRecords(store);
    const numbers = await records.numbers("p/");
    assert.deepEqual(
      numbers,
      numbers.map((_, i) => i + 1),
      `seed ${seed}`,
    );
    const stored = await Promise.all(numbers.map(async (n) => `${n} ${(await records.read(records.key("p/", n, 8), schema))!.id}`));
    assert.equal(new Set(stored.map((text) => text.split(" ")[1])).size, stored.length, `seed ${seed}: a record twice`);
    for (const text of acknowledged) assert.ok(stored.includes(text), `seed ${seed}: ${text} lost`);
  }
});

test("a failure that is not retryable is thrown as it is", async () => {
  const error = remoteError("STORE_FORBIDDEN", "no");
  const store = Object.assign(Object.create(memoryStore()), { putIfAbsent: async () => Promise.reject(error) });
  await assert.rejects(
    storeRecords(store).append("p/", async () => ({})),
    (thrown) => thrown === error,
  );
});
