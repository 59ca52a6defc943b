import { type BlobStore, bytesSource } from "@modelyard/store";

/** A store one of whose objects has other bytes than were put there. */
export interface RottingStore {
  readonly store: BlobStore;
  /** Puts these bytes in the place of the object's; undefined takes the object away. */
  rot(key: string, bytes: Uint8Array | undefined): void;
  /** Everything is as it was put again. */
  heal(): void;
}

/** Wraps a store so that any one object can be damaged and healed at will. */
export function rottingStore(inner: BlobStore): RottingStore {
  let rotten: { readonly key: string; readonly bytes: Uint8Array | undefined } | undefined;
  const store: BlobStore = {
    location: inner.location,
    get: async (key, options) => (rotten?.key === key ? rotten.bytes : inner.get(key, options)),
    read: async (key, options) => {
      if (rotten?.key !== key) return inner.read(key, options);
      return rotten.bytes && bytesSource(rotten.bytes).open();
    },
    head: async (key, options) => {
      if (rotten?.key !== key) return inner.head(key, options);
      return rotten.bytes && { key, size: rotten.bytes.length };
    },
    putIfAbsent: (key, body, options) => inner.putIfAbsent(key, body, options),
    list: (prefix, options) => inner.list(prefix, options),
    delete: (key, options) => inner.delete(key, options),
  };
  return {
    store,
    rot: (key, bytes) => {
      rotten = { key, bytes };
    },
    heal: () => {
      rotten = undefined;
    },
  };
}
