import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode, utf8 } from "@modelyard/base";
import type { BlobSource, BlobStore } from "../blob-store.ts";
import { bytesSource } from "../sources.ts";
import { type OpenStore, withStore } from "./with-store.ts";

const RACERS = 50;
const LARGE_BYTES = 24 * 1024 * 1024;

/** Names that a store must not take: they lead elsewhere, or mean other things on other systems. */
export const HOSTILE_KEYS = [
  "",
  "/",
  "/a",
  "a/",
  "a//b",
  ".",
  "..",
  "../a",
  "a/../b",
  "a/./b",
  "a/..",
  "...",
  "a/.../b",
  "a\\b",
  "C:",
  "C:/a",
  "a:b",
  "a b",
  "a\u0000b",
  "a\nb",
  "ä",
  "\u202e",
  "a*b",
  "a?b",
  "%2e%2e/a",
  "~/a",
  "tmp/a",
  "tmp",
  "x".repeat(201),
  "a/".repeat(500).concat("a"),
];

function failing(size: number, after: number, error: Error): BlobSource {
  return {
    size,
    async *open() {
      yield new Uint8Array(after);
      throw error;
    },
  };
}

async function everything(store: BlobStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  return keys;
}

/** Cases of `putIfAbsent` and `delete`. */
export function putCases(open: OpenStore): void {
  test("what was put is read back", () =>
    withStore(open, async (store) => {
      const key = "a/b-c_d/e.f@1+2";
      assert.deepEqual(await store.putIfAbsent(key, utf8("hello")), { kind: "created" });
      assert.deepEqual(await store.get(key), utf8("hello"));
      assert.deepEqual(await store.head(key), { key, size: 5 });
    }));

  test("a taken key stays as it is", () =>
    withStore(open, async (store) => {
      await store.putIfAbsent("k", utf8("first"));
      assert.deepEqual(await store.putIfAbsent("k", utf8("second, longer")), { kind: "exists" });
      assert.deepEqual(await store.putIfAbsent("k", bytesSource(utf8("third"))), { kind: "exists" });
      assert.deepEqual(await store.get("k"), utf8("first"));
    }));

  test(`of ${RACERS} puts at once exactly one wins, and its bytes stay`, () =>
    withStore(open, async (store) => {
      for (const key of ["race/1", "race/deep/er/2"]) {
        const bodies = Array.from({ length: RACERS }, (_, i) => utf8(`writer ${i} ${"x".repeat(i * 100)}`));
        const outcomes = await Promise.all(bodies.map((body, i) => store.putIfAbsent(key, i % 2 === 0 ? body : bytesSource(body))));
        const winners = outcomes.flatMap((outcome, i) => (outcome.kind === "created" ? [i] : []));
        assert.equal(winners.length, 1);
        assert.deepEqual(await store.get(key), bodies[winners[0]!]);
      }
    }));

  test("readers during a put see all of it or nothing", () =>
    withStore(open, async (store) => {
      const body = utf8("y".repeat(300_000));
      const slow: BlobSource = {
        size: body.length,
        async *open() {
          for (let at = 0; at < body.length; at += 30_000) {
            const seen = await store.get("slow");
            assert.equal(seen, undefined);
            assert.deepEqual(await everything(store), []);
            yield body.subarray(at, at + 30_000);
          }
        },
      };
      await store.putIfAbsent("slow", slow);
      assert.deepEqual(await store.get("slow"), body);
    }));

  test("a source that fails half-way, or is longer or shorter than it said, leaves nothing", () =>
    withStore(open, async (store) => {
      const reason = new Error("the disk of the source broke");
      await assert.rejects(
        store.putIfAbsent("k", failing(1000, 500, reason)),
        (error) => error === reason || (error as Error).cause === reason,
      );
      for (const size of [4, 6])
        await assert.rejects(store.putIfAbsent("k", { size, open: bytesSource(utf8("hello")).open }), (error) =>
          hasCode(error, "SOURCE_CHANGED"),
        );
      assert.deepEqual([await store.get("k"), await everything(store)], [undefined, []]);
      assert.deepEqual(await store.putIfAbsent("k", utf8("works again")), { kind: "created" });
    }));

  test("an aborted put rejects with the reason and leaves nothing", () =>
    withStore(open, async (store) => {
      const abort = new AbortController();
      const reason = new Error("stop");
      const source: BlobSource = {
        size: 10,
        async *open() {
          yield new Uint8Array(5);
          abort.abort(reason);
          yield new Uint8Array(5);
        },
      };
      await assert.rejects(store.putIfAbsent("k", source, { signal: abort.signal }), (error) => error === reason);
      await assert.rejects(store.putIfAbsent("k", utf8("a"), { signal: abort.signal }), (error) => error === reason);
      assert.deepEqual(await everything(store), []);
    }));

  test("large bodies stream", () =>
    withStore(open, async (store) => {
      const piece = new Uint8Array(1024 * 1024).map((_, i) => i % 251);
      const source: BlobSource = {
        size: LARGE_BYTES,
        async *open() {
          for (let at = 0; at < LARGE_BYTES; at += piece.length) yield piece;
        },
      };
      await store.putIfAbsent("large", source);
      let at = 0;
      for await (const bytes of (await store.read("large"))!) {
        for (const i of [0, bytes.length >> 1, bytes.length - 1]) assert.equal(bytes[i], piece[(at + i) % piece.length]);
        at += bytes.length;
      }
      assert.equal(at, LARGE_BYTES);
    }));

  test("hostile keys are refused by every method and change nothing", () =>
    withStore(open, async (store) => {
      const refused = (error: unknown): boolean => hasCode(error, "STORE_KEY_INVALID");
      for (const key of HOSTILE_KEYS) {
        await assert.rejects(store.putIfAbsent(key, utf8("x")), refused, JSON.stringify(key));
        await assert.rejects(store.get(key), refused, JSON.stringify(key));
        await assert.rejects(store.head(key), refused, JSON.stringify(key));
        await assert.rejects(store.read(key), refused, JSON.stringify(key));
        await assert.rejects(store.delete(key), refused, JSON.stringify(key));
      }
      assert.deepEqual(await everything(store), []);
    }));

  test("a deleted key is free again; deleting what is not there is no error", () =>
    withStore(open, async (store) => {
      await store.delete("a/b");
      await store.putIfAbsent("a/b", utf8("1"));
      await store.delete("a/b");
      assert.equal(await store.get("a/b"), undefined);
      assert.deepEqual(await store.putIfAbsent("a/b", utf8("2")), { kind: "created" });
    }));
}
