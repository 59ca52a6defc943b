import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { concatBytes, hasCode, seededRandom, utf8 } from "@modelyard/base";
import type { BlobStore } from "./blob-store.ts";
import { blobKey, storeBlobs } from "./blobs.ts";
import { memoryStore } from "./memory-store.ts";
import { nodeHasher } from "./node-hasher.ts";
import { bytesSource, fileSource } from "./sources.ts";

const directory = await mkdtemp(join(tmpdir(), "blobs-"));
after(() => rm(directory, { recursive: true, force: true }));

test("a blob's name is its sha256, as the OCI form", () => {
  // FIPS 180-2, example B.1.
  assert.equal(nodeHasher.sha256("abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(nodeHasher.start().update(utf8("a")).update(utf8("bc")).digest(), nodeHasher.sha256("abc"));
  assert.equal(Buffer.from(nodeHasher.sha256Bytes("abc")).toString("hex"), nodeHasher.sha256("abc").slice(7));
  assert.equal(blobKey(nodeHasher.sha256("abc")), "blobs/sha256/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("bytes, sources and files of the same content are one blob", async () => {
  const blobs = storeBlobs(memoryStore(), nodeHasher);
  await writeFile(join(directory, "f"), "hello");
  const first = await blobs.put(utf8("hello"));
  assert.deepEqual(first, { digest: nodeHasher.sha256("hello"), size: 5, created: true });
  for (const body of [bytesSource(utf8("hello")), await fileSource(join(directory, "f"))])
    assert.deepEqual(await blobs.put(body), { ...first, created: false });
  assert.equal(await blobs.has(first.digest), true);
  assert.equal(await blobs.has(nodeHasher.sha256("other")), false);
  await assert.rejects(blobs.get(nodeHasher.sha256("other")), (error) => hasCode(error, "BLOB_MISSING"));
  await assert.rejects(blobs.get(first.digest, { maxBytes: 4 }), (error) => hasCode(error, "STORE_TOO_LARGE"));
  await assert.rejects(fileSource(join(directory, "none")), (error) => hasCode(error, "FILE_MISSING"));
});

test("a source that is not what it was said to be is not stored", async () => {
  const store = memoryStore();
  const blobs = storeBlobs(store, nodeHasher);
  const digest = nodeHasher.sha256("said");
  await assert.rejects(blobs.put(bytesSource(utf8("real")), { digest }), (error) => hasCode(error, "SOURCE_CHANGED"));
  let opened = 0;
  const changing = { size: 4, open: () => bytesSource(utf8(opened++ === 0 ? "aaaa" : "bbbb")).open() };
  await assert.rejects(blobs.put(changing), (error) => hasCode(error, "SOURCE_CHANGED"));
  for await (const { key } of store.list("")) assert.fail(`${key} was stored`);
});

/** A store that gives one body whatever it is asked for. */
function holding(bytes: Uint8Array): BlobStore {
  const store = Object.create(memoryStore()) as BlobStore;
  return Object.assign(store, { get: async () => bytes, read: async () => bytesSource(bytes).open() });
}

async function isCaught(damaged: Uint8Array, original: Uint8Array): Promise<boolean> {
  const blobs = storeBlobs(holding(damaged), nodeHasher);
  const digest = nodeHasher.sha256(original);
  const reads = await Promise.allSettled([
    blobs.get(digest),
    (async () => {
      const parts: Uint8Array[] = [];
      for await (const bytes of await blobs.read(digest)) parts.push(bytes);
      return concatBytes(parts);
    })(),
  ]);
  return reads.every((read) => read.status === "rejected" && hasCode(read.reason, "BLOB_CORRUPT"));
}

test("each bit flipped, each truncation, zeros and a swap are detected (trust D5)", async () => {
  const random = seededRandom(5);
  const body = new Uint8Array(2_000).map(() => random.next() * 256);
  assert.equal(await isCaught(body, body), false, "undamaged bytes pass");
  for (let i = 0; i < body.length; i++) {
    const flipped = body.slice();
    flipped[i]! ^= 1 << (i % 8);
    assert.ok(await isCaught(flipped, body), `byte ${i}`);
    if (i % 10 === 0) assert.ok(await isCaught(body.slice(0, i), body), `cut at ${i}`);
  }
  assert.ok(await isCaught(new Uint8Array(body.length), body));
  assert.ok(await isCaught(concatBytes([body, new Uint8Array(1)]), body));
  assert.ok(await isCaught(utf8("another blob"), body));
});
