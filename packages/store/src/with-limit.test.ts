import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@modelyard/base";
import type { BlobStore } from "./blob-store.ts";
import { memoryStore } from "./memory-store.ts";
import { withLimit } from "./with-limit.ts";

test("no more than the limit are in flight, and all are done", async () => {
  let inFlight = 0;
  let most = 0;
  const head: BlobStore["head"] = async (key) => {
    most = Math.max(most, ++inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    inFlight--;
    if (key === "k7") throw new Error("one fails");
    return { key, size: 0 };
  };
  const store = withLimit(Object.assign(Object.create(memoryStore()) as BlobStore, { head }), 4);
  const results = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => store.head(`k${i}`)));
  assert.equal(most, 4);
  assert.deepEqual(results.filter((result) => result.status === "rejected").length, 1);
});

test("a reader that calls the store from inside its list does not wait for itself", async () => {
  const store = withLimit(memoryStore(), 1);
  for (const key of ["a", "b", "c"]) await store.putIfAbsent(key, utf8(key));
  const seen: string[] = [];
  for await (const { key } of store.list("")) seen.push(Buffer.from((await store.get(key))!).toString());
  assert.deepEqual(seen, ["a", "b", "c"]);
});
