// D5: whatever happens to the bytes of any object of a yard shows when it is read, and when the version is verified.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { concatBytes, digestOfHex, isModelyardError, parseVersionRef } from "@modelyard/base";
import { type DatasetVersion, pullDataset, readDatasetVersion, verifyDataset } from "@modelyard/dataset";
import { attachments, readRunEvents, resolveModelVersion, stageHistory } from "@modelyard/registry";
import { memoryStore, memoryYard, nodeHasher, type Yard } from "@modelyard/store";
import { yardOver } from "@modelyard/store/open-yard";
import { faultyStore, temporaryDirectory } from "@modelyard/testkit";
import { rottingStore } from "./testing/rotting-store.ts";
import { ports, smallYard } from "./testing/small-yard.ts";

const SCALE = Number(process.env["MODELYARD_TEST_SCALE"] ?? "1");
/** One bit of each byte, another one for each; all eight in the release suite. */
const BITS = SCALE > 1 ? [0, 1, 2, 3, 4, 5, 6, 7] : [0];
/** Verifying reads a whole version with the same readers that are tried at every byte, so it is tried at every so many. */
const VERIFY_STEP = SCALE > 1 ? 4 : 24;

const { store, rot, heal } = rottingStore(memoryStore());
const directory = await temporaryDirectory();
after(() => directory.remove());
let yard: Yard;
let versions: DatasetVersion[];
const objects = new Map<string, Uint8Array>();

before(async () => {
  ({ yard, versions } = await smallYard(store, directory));
  for await (const { key } of store.list("")) objects.set(key, (await store.get(key))!);
});

/** Reads an object the way the product does. */
async function readObject(key: string): Promise<unknown> {
  const parts = key.split("/");
  if (parts[0] === "blobs") {
    const digest = digestOfHex(parts[3]!);
    const [whole, streamed] = await Promise.allSettled([yard.blobs.get(digest), collect(await yard.blobs.read(digest))]);
    assert.equal(whole.status, streamed.status, "a blob read whole and as a stream");
    if (whole.status === "rejected") throw whole.reason;
    return whole.value;
  }
  if (key === "yard.json") return yardOver(store, "memory:", ports);
  if (parts[0] === "datasets") return readDatasetVersion(yard, parts[1]!, Number.parseInt(parts[3]!, 10));
  if (parts[0] === "runs") return readRunEvents(yard, parts[1]!);
  if (parts[2] === "versions") return resolveModelVersion(yard, parts[1]!, parseVersionRef(`${Number.parseInt(parts[3]!, 10)}`));
  if (parts[2] === "attachments") return attachments(yard, parts[1]!, Number(parts[3]));
  return stageHistory(yard, parts[1]!, parts[3] as "staging");
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const bytes of stream) parts.push(bytes);
  return concatBytes(parts);
}

/** True when reading the object with these bytes in its place fails with an error that is no defect of ours. */
async function isCaughtAtRead(key: string, bytes: Uint8Array | undefined): Promise<boolean> {
  rot(key, bytes);
  try {
    await readObject(key);
    return false;
  } catch (error) {
    if (!isModelyardError(error) || error.kind === "defect") throw error;
    return true;
  } finally {
    heal();
  }
}

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= 1 << ((at + bit) % 8);
  return copy;
}

/** Ways to damage an object other than a flipped bit. */
function* damages(key: string, bytes: Uint8Array): Generator<[what: string, bytes: Uint8Array | undefined]> {
  for (const share of [0, 0.1, 0.5, 0.9]) yield [`cut at ${share}`, bytes.slice(0, Math.floor(bytes.length * share))];
  yield ["last byte lost", bytes.slice(0, -1)];
  yield ["a byte more", concatBytes([bytes, new Uint8Array(1)])];
  yield ["a space more", concatBytes([bytes, Uint8Array.of(0x20)])];
  yield ["zeros", new Uint8Array(bytes.length)];
  yield ["second half zeros", bytes.map((byte, i) => (i < bytes.length / 2 ? byte : 0))];
  yield ["written twice", concatBytes([bytes, bytes])];
  for (const [other, swapped] of objects) if (other !== key) yield [`the bytes of ${other}`, swapped];
}

test("undamaged, every object reads and both versions verify", async () => {
  for (const key of objects.keys()) assert.ok(await readObject(key), key);
  for (const version of versions) assert.deepEqual((await verifyDataset(yard, version, nodeHasher)).damage, []);
});

test("D5: each byte of every stored object flipped is noticed by its reader", async (t) => {
  let flips = 0;
  const missed: string[] = [];
  for (const [key, bytes] of objects) {
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of BITS) {
        flips++;
        if (!(await isCaughtAtRead(key, flipped(bytes, at, bit)))) missed.push(`${key} at ${at}`);
      }
    }
  }
  const records = [...objects.keys()].filter((key) => !key.startsWith("blobs/")).length;
  t.diagnostic(`${flips} flips in ${objects.size} objects, ${records} of them records; ${missed.length} missed`);
  assert.deepEqual(missed, []);
  assert.ok(flips >= 40_000, `${flips} flips`);
});

test("D5: cuts, growth, zeros and swaps of every object are noticed by its reader", async (t) => {
  let tried = 0;
  for (const [key, bytes] of objects) {
    for (const [what, damaged] of damages(key, bytes)) {
      tried++;
      assert.ok(await isCaughtAtRead(key, damaged), `${key}: ${what}`);
    }
  }
  t.diagnostic(`${tried} damages`);
});

/** Keys of what verifying a version reads: its record, pages, files and profiles. */
async function keysOf(version: DatasetVersion): Promise<string[]> {
  const watched = faultyStore(store, () => undefined);
  await verifyDataset(memoryYard({ store: watched }), version, nodeHasher);
  return [...new Set(watched.calls.filter(({ method }) => method === "get" || method === "read").map(({ key }) => key))];
}

test("D5: verifying a version names what is damaged, file by file", async (t) => {
  const version = versions.at(-1)!;
  let tried = 0;
  for (const key of await keysOf(version)) {
    const bytes = objects.get(key)!;
    const cases: [string, Uint8Array | undefined][] = [["gone", undefined], ...damages(key, bytes)];
    for (let at = 0; at < bytes.length; at += VERIFY_STEP) cases.push([`flip at ${at}`, flipped(bytes, at, 0)]);
    const named = new Set<string>();
    for (const [what, damaged] of cases) {
      tried++;
      rot(key, damaged);
      const { damage } = await verifyDataset(yard, version, nodeHasher);
      heal();
      assert.notEqual(damage.length, 0, `${key}: ${what}`);
      for (const one of damage) named.add(one.what);
    }
    assert.equal(named.size, 1, `${key} is one thing: ${[...named]}`);
  }
  t.diagnostic(`${tried} damages of version ${version.version}`);
});

test("D5: a pull of a damaged version hands out no bad byte", async (t) => {
  const version = versions.at(-1)!;
  const good = new Set((await directory.files()).map((path) => readFileSync(directory.at(path)).toString("base64")));
  let pulls = 0;
  for (const [key, bytes] of (await keysOf(version)).map((one) => [one, objects.get(one)!] as const)) {
    for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
      const target = `pull-${++pulls}`;
      rot(key, flipped(bytes, at, 0));
      // A pull reads neither the profiles nor the record again: it is handed the record.
      const isRead = await pullDataset({ yard, version, target: directory.at(target), hasher: nodeHasher }).then(
        () => false,
        (error: unknown) => isModelyardError(error),
      );
      heal();
      const handedOut = (await directory.files()).filter((path) => path.startsWith(`${target}/`));
      for (const path of handedOut) assert.ok(good.has(readFileSync(directory.at(path)).toString("base64")), `${path} is bad`);
      if (isRead) assert.ok(handedOut.length < version.files, `${key}: the pull failed and left the whole version`);
      const again = await pullDataset({ yard, version, target: directory.at(target), hasher: nodeHasher });
      assert.equal(again.files, version.files);
    }
  }
  t.diagnostic(`${pulls} pulls`);
});
