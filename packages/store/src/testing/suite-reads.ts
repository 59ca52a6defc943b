import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, hasCode, utf8 } from "@modelyard/base";
import { bytesSource } from "../sources.ts";
import { type OpenStore, withStore } from "./with-store.ts";

/** Cases of `get`, `read` and `head`. */
export function readCases(open: OpenStore): void {
  test("what is not there is undefined", () =>
    withStore(open, async (store) => {
      for (const key of ["a", "a/b/c"]) {
        assert.equal(await store.get(key), undefined);
        assert.equal(await store.read(key), undefined);
        assert.equal(await store.head(key), undefined);
      }
      await store.putIfAbsent("a/b", utf8("x"));
      assert.equal(await store.get("a"), undefined, "the directory of a key is no object");
      assert.equal(await store.head("a"), undefined);
      assert.equal(await store.get("a/b/c"), undefined, "nothing lies below an object");
    }));

  test("an empty object is an object", () =>
    withStore(open, async (store) => {
      for (const [key, body] of [
        ["bytes", new Uint8Array(0)],
        ["source", bytesSource(new Uint8Array(0))],
      ] as const) {
        assert.deepEqual(await store.putIfAbsent(key, body), { kind: "created" });
        assert.deepEqual(await store.get(key), new Uint8Array(0));
        assert.equal((await store.head(key))?.size, 0);
        const stream = await store.read(key);
        assert.ok(stream);
        for await (const bytes of stream) assert.equal(bytes.length, 0);
      }
    }));

  test("ranges are half-open and end with the object", () =>
    withStore(open, async (store) => {
      await store.putIfAbsent("k", utf8("0123456789"));
      const cases: [number, number, string][] = [
        [0, 10, "0123456789"],
        [0, 1, "0"],
        [3, 6, "345"],
        [9, 10, "9"],
        [8, 99, "89"],
        [10, 12, ""],
        [50, 60, ""],
        [4, 4, ""],
      ];
      for (const [start, end, expected] of cases)
        assert.deepEqual(await store.get("k", { range: { start, end } }), utf8(expected), `${start} to ${end}`);
      assert.equal(await store.get("none", { range: { start: 0, end: 1 } }), undefined);
    }));

  test("get refuses more than it may hold", () =>
    withStore(open, async (store) => {
      await store.putIfAbsent("k", utf8("0123456789"));
      await assert.rejects(store.get("k", { maxBytes: 9 }), (error) => hasCode(error, "STORE_TOO_LARGE"));
      assert.equal((await store.get("k", { maxBytes: 10 }))?.length, 10);
      assert.equal((await store.get("k", { maxBytes: 3, range: { start: 2, end: 5 } }))?.length, 3);
    }));

  test("two streams of one object are independent, and one may be left early", () =>
    withStore(open, async (store) => {
      const body = new Uint8Array(700_000).map((_, i) => i % 256);
      await store.putIfAbsent("k", body);
      const [one, two] = [(await store.read("k"))!, (await store.read("k"))!];
      for await (const bytes of one) {
        assert.ok(bytes.length > 0);
        break;
      }
      const parts: Uint8Array[] = [];
      for await (const bytes of two) parts.push(bytes);
      assert.deepEqual(concatBytes(parts), body);
    }));

  test("what a caller does to the bytes does not reach the store", () =>
    withStore(open, async (store) => {
      const body = utf8("hello");
      await store.putIfAbsent("k", body);
      body.fill(0);
      (await store.get("k"))!.fill(0);
      assert.deepEqual(await store.get("k"), utf8("hello"));
    }));

  test("aborted calls reject with the reason", () =>
    withStore(open, async (store) => {
      await store.putIfAbsent("k", new Uint8Array(600_000));
      const reason = new Error("stop");
      const signal = AbortSignal.abort(reason);
      const stopped = (error: unknown): boolean => error === reason;
      await assert.rejects(store.get("k", { signal }), stopped);
      await assert.rejects(store.head("k", { signal }), stopped);
      await assert.rejects(store.read("k", { signal }), stopped);
      await assert.rejects(store.delete("k", { signal }), stopped);
      const abort = new AbortController();
      const stream = (await store.read("k", { signal: abort.signal }))!;
      await assert.rejects(async () => {
        for await (const bytes of stream) if (bytes.length > 0) abort.abort(reason);
      }, stopped);
      assert.ok(await store.head("k"));
    }));
}
