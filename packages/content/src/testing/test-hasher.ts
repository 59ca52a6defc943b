import { createHash } from "node:crypto";
import { digestOfHex, type Hasher } from "@modelyard/base";

/** sha256 for the tests of pure packages, which must not depend on the store. */
export const testHasher: Hasher = {
  sha256: (data) => digestOfHex(createHash("sha256").update(data).digest("hex")),
  sha256Bytes: (data) => new Uint8Array(createHash("sha256").update(data).digest()),
  start() {
    const state = createHash("sha256");
    return {
      update(bytes) {
        state.update(bytes);
        return this;
      },
      digest: () => digestOfHex(state.digest("hex")),
    };
  },
};
