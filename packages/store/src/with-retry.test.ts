import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, hasCode, remoteError, seededRandom, userError, utf8 } from "@modelyard/base";
import type { BlobStore } from "./blob-store.ts";
import { memoryStore } from "./memory-store.ts";
import { faultyStore, randomFaults } from "./testing/faulty-store.ts";
import { storeSuite } from "./testing/store-suite.ts";
import { withRetry } from "./with-retry.ts";
import { withVerify } from "./with-verify.ts";

function recordedSleep() {
  const slept: number[] = [];
  return { slept, sleep: async (durationMs: number) => void slept.push(durationMs) };
}

function failingHead(error: Error, times: number): BlobStore {
  const store = memoryStore();
  let left = times;
  const head: BlobStore["head"] = async (key) => {
    if (left-- > 0) throw error;
    return { key, size: 0 };
  };
  return Object.assign(Object.create(store) as BlobStore, { head });
}

storeSuite("a store that retries", async () => ({ store: withRetry(memoryStore(), { clock: recordedSleep(), random: seededRandom(1) }) }));

test("pauses grow, are capped and jittered, and the last error is thrown", async () => {
  const clock = recordedSleep();
  const retry = withRetry(failingHead(remoteError("STORE_DOWN", "down", { retryable: true }), 99), {
    clock,
    random: { next: () => 0.5 },
    attempts: 6,
    baseMs: 100,
    capMs: 500,
  });
  await assert.rejects(retry.head("k"), (error) => hasCode(error, "STORE_DOWN"));
  assert.deepEqual(clock.slept, [50, 100, 200, 250, 250]);
});

test("only retryable errors are retried", async () => {
  for (const error of [remoteError("STORE_X", "x"), userError("STORE_Y", "y"), new Error("z")]) {
    const clock = recordedSleep();
    await assert.rejects(withRetry(failingHead(error, 1), { clock, random: seededRandom(1) }).head("k"), (thrown) => thrown === error);
    assert.deepEqual(clock.slept, []);
  }
});

test("the pause a server asks for is honoured, and one too long is an end", async () => {
  const asks = (retryAfterMs: number) => remoteError("STORE_SLOW", "slow down", { retryable: true, details: { retryAfterMs } });
  const clock = recordedSleep();
  await withRetry(failingHead(asks(7_000), 2), { clock, random: { next: () => 0 } }).head("k");
  assert.deepEqual(clock.slept, [7_000, 7_000]);
  await assert.rejects(withRetry(failingHead(asks(3_600_000), 1), { clock, random: { next: () => 0 } }).head("k"), (error) =>
    hasCode(error, "STORE_SLOW"),
  );
});

test("an abort ends the waiting", async () => {
  const reason = new Error("stop");
  const clock = { sleep: async (_: number, signal?: AbortSignal) => signal?.throwIfAborted() };
  const retry = withRetry(failingHead(remoteError("STORE_DOWN", "down", { retryable: true }), 9), { clock, random: seededRandom(1) });
  await assert.rejects(retry.head("k", { signal: AbortSignal.abort(reason) }), (error) => error === reason);
});

test("streams and lists that break go on where they broke", async () => {
  const seed = 20260101;
  const inner = memoryStore();
  const body = new Uint8Array(400_000).map((_, i) => (i * 7) % 251);
  await inner.putIfAbsent("body", body);
  const keys = Array.from({ length: 40 }, (_, i) => `list/${String(i).padStart(2, "0")}`);
  for (const key of keys) await inner.putIfAbsent(key, utf8("x"));
  const faulty = faultyStore(inner, randomFaults(seededRandom(seed), 0.3, ["before", "cut"]));
  const store = withVerify(withRetry(faulty, { clock: recordedSleep(), random: seededRandom(seed), attempts: 30 }));
  for (let round = 0; round < 20; round++) {
    const parts: Uint8Array[] = [];
    for await (const bytes of (await store.read("body"))!) parts.push(bytes);
    assert.deepEqual(Buffer.compare(concatBytes(parts), body), 0, `seed ${seed} round ${round}`);
    const listed: string[] = [];
    for await (const { key } of store.list("list/")) listed.push(key);
    assert.deepEqual(listed, keys, `seed ${seed} round ${round}`);
  }
});
