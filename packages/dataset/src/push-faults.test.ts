import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { randomInt, seededRandom } from "@modelyard/base";
import { directoryStore, memoryStore, memoryYard, nodeHasher, withRetry, type Yard } from "@modelyard/store";
import { type Fault, faultAt, faultyStore, randomFaults } from "@modelyard/store/testing/faulty-store";
import { runProcess, temporaryDirectory } from "@modelyard/testkit";
import { csv, push, writeTree } from "./testing/fixtures.ts";
import { verifyDataset } from "./verify.ts";
import { datasetVersionNumbers, readDatasetVersion, resolveDatasetVersion } from "./versions.ts";

const CRASHES: readonly Fault[] = ["crash-before", "crash-after", "crash-half"];

/** The newest version is one of `allowed`, and every version is whole. */
async function checkYard(yard: Yard, allowed: readonly number[]): Promise<void> {
  const numbers = await datasetVersionNumbers(yard, "data");
  assert.ok(allowed.includes(numbers.at(-1) ?? 0), `${numbers}`);
  for (const number of numbers) {
    const record = await readDatasetVersion(yard, "data", number);
    assert.deepEqual((await verifyDataset(yard, record!, nodeHasher)).damage, []);
  }
}

test("D1: a push that dies at any store call leaves the old or the new version whole, and a retry finishes", async (t) => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.at("v1"), { "t.csv": csv(30), "a.txt": "1" });
  await writeTree(directory.at("v2"), { "t.csv": csv(40), "a.txt": "1", "b/c.txt": "2" });
  await push(memoryYard({ store: directoryStore(directory.at("yard"), { sync: false }) }), directory.at("v1"));
  let cases = 0;
  let mostSentAgain = 0;
  for (const fault of CRASHES) {
    for (let index = 0; ; index++) {
      await cp(directory.at("yard"), directory.at("try"), { recursive: true });
      const store = directoryStore(directory.at("try"), { sync: false });
      const faulty = faultyStore(store, faultAt(index, fault));
      const died = await push(memoryYard({ store: faulty }), directory.at("v2")).then(
        () => false,
        () => true,
      );
      const yard = memoryYard({ store });
      await checkYard(yard, [1, 2]);
      const stored = await blobKeys(yard);
      const counting = faultyStore(store, () => undefined);
      const retried = await push(memoryYard({ store: counting }), directory.at("v2"));
      assert.equal(retried.version, 2);
      await checkYard(yard, [2]);
      if (died) cases++;
      const again = counting.calls.filter((call) => call.method === "putIfAbsent" && stored.has(call.key)).length;
      assert.ok(again <= 1, `${again} objects sent that were there`);
      mostSentAgain = Math.max(mostSentAgain, again);
      await rm(directory.at("try"), { recursive: true });
      if (index >= faulty.calls.length) break;
    }
  }
  t.diagnostic(`${cases} crashes; a retry sent at most ${mostSentAgain} objects that were there`);
  assert.ok(cases >= 45, `${cases} crashes were tried`);
});

async function blobKeys(yard: Yard): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const { key } of yard.store.list("blobs/")) keys.add(key);
  return keys;
}

test("D1: the first push of a yard dies at any call and is made again", async () => {
  await using directory = await temporaryDirectory();
  await writeTree(directory.path, { "t.csv": csv(5), "a.txt": "1" });
  for (const fault of CRASHES) {
    for (let index = 0; ; index++) {
      const store = memoryStore();
      const faulty = faultyStore(store, faultAt(index, fault));
      await push(memoryYard({ store: faulty }), directory.path).catch(() => undefined);
      const yard = memoryYard({ store });
      await checkYard(yard, [0, 1]);
      assert.equal((await push(yard, directory.path)).version, 1);
      await checkYard(yard, [1]);
      if (index >= faulty.calls.length) break;
    }
  }
});

test("D3: eight writers as processes make 80 pushes; every content has one version and no number is taken twice", async () => {
  await using directory = await temporaryDirectory();
  const worker = fileURLToPath(import.meta.resolve("./testing/push-worker.ts"));
  const writers = 8;
  const results = await Promise.all(
    Array.from({ length: writers }, (_, i) =>
      runProcess(process.execPath, ["--no-warnings", worker, directory.at("yard"), directory.at("work"), `w${i}`, "10"]),
    ),
  );
  const versions = new Map<string, string>();
  const digests = new Map<string, string>();
  let made = 0;
  for (const result of results) {
    assert.equal(result.code, 0, result.stderr);
    const lines = result.stdout.trim().split("\n");
    assert.equal(lines.length, 10);
    for (const line of lines) {
      const [version, digest, changed] = line.split(" ") as [string, string, string];
      assert.equal(versions.get(version) ?? digest, digest, `version ${version} has one content`);
      assert.equal(digests.get(digest) ?? version, version, `${digest} has one version`);
      versions.set(version, digest);
      digests.set(digest, version);
      if (changed === "true") made++;
    }
  }
  const yard = memoryYard({ store: directoryStore(directory.at("yard")) });
  const numbers = await datasetVersionNumbers(yard, "data");
  assert.deepEqual(
    numbers,
    Array.from({ length: writers * 5 + 5 }, (_, i) => i + 1),
  );
  assert.equal(versions.size, numbers.length);
  assert.equal(made, numbers.length);
  await checkYard(yard, [numbers.length]);
});

const LOST_REPLIES = 1_000;
/** Versions of one dataset: reading back hundreds of records is not what is tried here. */
const ROUNDS_A_DATASET = 20;

test(`D4: ${LOST_REPLIES} pushes, in each a reply of a put lost after it took effect: 0 duplicates, 0 false conflicts`, async (t) => {
  await using directory = await temporaryDirectory();
  const source = await directory.write("in/a.txt", "0");
  const seed = 11;
  const random = seededRandom(seed);
  const clock = { sleep: async () => {} };
  const store = memoryStore();
  const lost = { blob: 0, record: 0 };
  let falseConflicts = 0;
  for (let round = 0; round < LOST_REPLIES; round++) {
    const name = `data${Math.floor(round / ROUNDS_A_DATASET)}`;
    await directory.write("in/a.txt", `${round}`);
    let puts = 0;
    // The puts of such a push: the file, the page, the record.
    const chosen = randomInt(random, 3);
    const faulty = faultyStore(store, (call) => {
      if (call.method !== "putIfAbsent" || puts++ !== chosen) return undefined;
      lost[call.key.startsWith("blobs/") ? "blob" : "record"]++;
      return "after";
    });
    const yard = memoryYard({ store: withRetry(faulty, { clock, random }) });
    const { changed, version } = await push(yard, source, { name, clock: { now: () => round } });
    if (!changed || version !== (round % ROUNDS_A_DATASET) + 1) falseConflicts++;
  }
  const yard = memoryYard({ store });
  const digests: string[] = [];
  for (let i = 0; i < LOST_REPLIES / ROUNDS_A_DATASET; i++) {
    for (const number of await datasetVersionNumbers(yard, `data${i}`)) {
      digests.push((await readDatasetVersion(yard, `data${i}`, number))!.manifest);
    }
  }
  const duplicates = digests.length - new Set(digests).size;
  t.diagnostic(
    `seed ${seed}: ${lost.blob} replies of blobs and ${lost.record} of records lost, ${digests.length} versions, ${duplicates} duplicates, ${falseConflicts} false conflicts`,
  );
  assert.deepEqual([lost.blob + lost.record, digests.length, duplicates, falseConflicts], [LOST_REPLIES, LOST_REPLIES, 0, 0]);
});

test("pushes get through a store that fails one call in ten", async () => {
  await using directory = await temporaryDirectory();
  const store = memoryStore();
  const random = seededRandom(5);
  const clock = { sleep: async () => {} };
  const shaky = withRetry(faultyStore(store, randomFaults(random, 0.1, ["before", "after", "cut"])), { clock, random });
  for (let i = 1; i <= 30; i++) {
    await writeTree(directory.path, { "t.csv": csv(i), "x.txt": `${i}` });
    assert.equal((await push(memoryYard({ store: shaky }), directory.path)).version, i);
  }
  const yard = memoryYard({ store });
  await checkYard(yard, [30]);
  assert.equal((await resolveDatasetVersion(yard, "data", { kind: "latest" })).version, 30);
});
