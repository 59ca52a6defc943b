import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode, utf8 } from "@modelyard/base";
import type { BlobStore } from "../blob-store.ts";
import { type OpenStore, withStore } from "./with-store.ts";

/** More than a page of S3 (1,000). */
const MANY = 1_205;

async function keysOf(store: BlobStore, prefix: string, after?: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix, after === undefined ? {} : { after })) keys.push(key);
  return keys;
}

/** Cases of `list`. */
export function listCases(open: OpenStore): void {
  // Names whose order changes when `/` is compared as a directory separator and not as a byte.
  const keys = [
    "a",
    "b-c/1",
    "b.json",
    "b/1",
    "b/10",
    "b/2",
    "b/c/d/e",
    "b0",
    "B/1",
    "c+/x",
    "c/x",
    "c@/x",
    "datasets/m/versions/1.json",
    "datasets/m/versions/2.json",
    "datasets/m2/versions/1.json",
  ];
  const sorted = [...keys].sort();

  test("an empty store lists nothing", () =>
    withStore(open, async (store) => {
      assert.deepEqual(await keysOf(store, ""), []);
      assert.deepEqual(await keysOf(store, "a/b/"), []);
    }));

  test("keys come in the order of their bytes, by any prefix and after any key", () =>
    withStore(open, async (store) => {
      for (const key of [...keys].reverse()) await store.putIfAbsent(key, utf8(key));
      const prefixes = [
        "",
        "a",
        "b",
        "b/",
        "b/1",
        "b/c",
        "b/c/d/",
        "b-",
        "c",
        "datasets/m",
        "datasets/m/",
        "datasets/m/versions/1.json",
        "z",
        "a/",
        "b/1/x",
      ];
      const afters = [undefined, ...sorted, "b/", "b/c", "0", "zzz", "datasets/m/versions/1"];
      for (const prefix of prefixes) {
        for (const after of afters) {
          const expected = sorted.filter((key) => key.startsWith(prefix) && (after === undefined || key > after));
          assert.deepEqual(await keysOf(store, prefix, after), expected, `prefix "${prefix}" after "${after}"`);
        }
      }
    }));

  test("a list carries sizes", () =>
    withStore(open, async (store) => {
      await store.putIfAbsent("s/1", new Uint8Array(3));
      await store.putIfAbsent("s/2", new Uint8Array(0));
      const infos = [];
      for await (const info of store.list("s/")) infos.push(info);
      assert.deepEqual(infos, [
        { key: "s/1", size: 3 },
        { key: "s/2", size: 0 },
      ]);
    }));

  test(`${MANY} keys are all listed, once, and a reader may stop early`, () =>
    withStore(open, async (store) => {
      const many = Array.from({ length: MANY }, (_, i) => `many/${String(i % 7)}/${String(i).padStart(5, "0")}`).sort();
      for (let at = 0; at < MANY; at += 32) await Promise.all(many.slice(at, at + 32).map((key) => store.putIfAbsent(key, utf8("x"))));
      assert.deepEqual(await keysOf(store, "many/"), many);
      assert.deepEqual(await keysOf(store, "many/", many[1000]), many.slice(1001));
      for await (const { key } of store.list("many/")) {
        assert.equal(key, many[0]);
        break;
      }
    }));

  test("a hostile prefix is refused", () =>
    withStore(open, async (store) => {
      for (const prefix of ["../", "/", "a//", "a/../", "..", "a/..", "./", "a\\", "tmp/", "a b"]) {
        await assert.rejects(keysOf(store, prefix), (error) => hasCode(error, "STORE_KEY_INVALID"), JSON.stringify(prefix));
      }
    }));

  test("an aborted list rejects with the reason", () =>
    withStore(open, async (store) => {
      for (const key of ["l/1", "l/2", "l/3"]) await store.putIfAbsent(key, utf8("x"));
      const abort = new AbortController();
      const reason = new Error("stop");
      await assert.rejects(
        async () => {
          for await (const _ of store.list("l/", { signal: abort.signal })) abort.abort(reason);
        },
        (error) => error === reason,
      );
    }));
}
