import { createHash, hash } from "node:crypto";
import type { Digest, Hasher, RunningHash } from "@modelyard/base";

/** What node:crypto gives is 64 hex digits: checking them again cost a tenth of a push. */
function digestOf(hex: string): Digest {
  return `sha256:${hex}` as Digest;
}

class NodeRunningHash implements RunningHash {
  private readonly state = createHash("sha256");

  update(bytes: Uint8Array): RunningHash {
    this.state.update(bytes);
    return this;
  }

  digest(): Digest {
    return digestOf(this.state.digest("hex"));
  }
}

/** sha256 by node:crypto. */
export const nodeHasher: Hasher = {
  sha256: (data) => digestOf(hash("sha256", data, "hex")),
  sha256Bytes: (data) => new Uint8Array(hash("sha256", data, "buffer")),
  start: () => new NodeRunningHash(),
};
