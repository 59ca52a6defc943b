import { describe } from "node:test";
import type { BlobStore } from "../blob-store.ts";
import { listCases } from "./suite-lists.ts";
import { putCases } from "./suite-puts.ts";
import { readCases } from "./suite-reads.ts";

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

/** The contract of `BlobStore`, as tests that every implementation passes. */
export function storeSuite(name: string, open: OpenStore): void {
  describe(`${name} keeps the contract of a store`, () => {
    putCases(open);
    readCases(open);
    listCases(open);
  });
}
