import { describe } from "node:test";
import { listCases } from "./suite-lists.ts";
import { putCases } from "./suite-puts.ts";
import { readCases } from "./suite-reads.ts";
import type { OpenStore } from "./with-store.ts";

export type { OpenStore } from "./with-store.ts";

/** The contract of `BlobStore`, as tests that every implementation passes. */
export function storeSuite(name: string, open: OpenStore): void {
  describe(`${name} keeps the contract of a store`, () => {
    putCases(open);
    readCases(open);
    listCases(open);
  });
}
