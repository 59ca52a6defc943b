import { type Clock, type Hasher, newUlid, type Random } from "@modelyard/base";
import type { BlobStore } from "./blob-store.ts";
import { storeBlobs } from "./blobs.ts";
import { memoryStore } from "./memory-store.ts";
import { nodeHasher } from "./node-hasher.ts";
import { storeRecords } from "./records.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";
import type { Yard } from "./yard.ts";

/** A yard over a given store, or in memory: for tests and dry runs; nothing is probed and no `yard.json` written. */
export function memoryYard(options: { store?: BlobStore; hasher?: Hasher; clock?: Pick<Clock, "now">; random?: Random } = {}): Yard {
  const store = options.store ?? memoryStore();
  return {
    url: store.location,
    id: newUlid((options.clock ?? systemClock).now(), options.random ?? systemRandom),
    store,
    blobs: storeBlobs(store, options.hasher ?? nodeHasher),
    records: storeRecords(store, { hasher: options.hasher }),
  };
}
