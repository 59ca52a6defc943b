import type { BlobStore } from "../blob-store.ts";

/** Makes an empty store; `close` removes it. */
export type OpenStore = () => Promise<{ readonly store: BlobStore; close?(): Promise<void> }>;

/** Runs `body` with an empty store and removes it afterwards. */
export async function withStore(open: OpenStore, body: (store: BlobStore) => Promise<void>): Promise<void> {
  const opened = await open();
  try {
    await body(opened.store);
  } finally {
    await opened.close?.();
  }
}
