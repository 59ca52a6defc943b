import { type Clock, hasCode, newUlid, type Random, remoteError, userError, utf8 } from "@modelyard/base";
import type { BlobStore } from "./blob-store.ts";

/** The store with one check before its first write, that a taken key stays as it is. Throws STORE_NOT_ATOMIC when it does not. */
export function withProbe(store: BlobStore, options: { clock: Pick<Clock, "now">; random: Random }): BlobStore {
  let probed: Promise<void> | undefined;
  const once = (): Promise<void> => {
    probed ??= probePutIfAbsent(store, options).catch((error: unknown) => {
      probed = undefined;
      throw error;
    });
    return probed;
  };
  return {
    location: store.location,
    get: (key, call) => store.get(key, call),
    read: (key, call) => store.read(key, call),
    head: (key, call) => store.head(key, call),
    async putIfAbsent(key, body, call) {
      await once();
      return store.putIfAbsent(key, body, call);
    },
    list: (prefix, call) => store.list(prefix, call),
    delete: (key, call) => store.delete(key, call),
  };
}

async function probePutIfAbsent(store: BlobStore, options: { clock: Pick<Clock, "now">; random: Random }): Promise<void> {
  const key = `probe/${newUlid(options.clock.now(), options.random)}`;
  const first = utf8("first");
  await store.putIfAbsent(key, first);
  const second = await store.putIfAbsent(key, utf8("second"));
  const kept = await store.get(key);
  await store.delete(key).catch((error: unknown) => {
    // Writers need no right to delete; the few bytes stay for garbage collection.
    if (!hasCode(error, "STORE_FORBIDDEN")) throw error;
  });
  if (kept === undefined)
    throw remoteError("STORE_NOT_READABLE", `${store.location} does not give back what was just put`, { retryable: true });
  if (second.kind === "exists" && Buffer.compare(kept, first) === 0) return;
  throw userError(
    "STORE_NOT_ATOMIC",
    `${store.location} overwrites an object that is there, even when asked not to`,
    "a yard needs a store with put-if-absent (If-None-Match: * on S3: AWS, MinIO, Ceph, R2 and others have it); use another store or a newer version of it",
  );
}
