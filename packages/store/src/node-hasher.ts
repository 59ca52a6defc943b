import { createHash, hash } from "node:crypto";
import { type Digest, digestOfHex, type Hasher, type RunningHash } from "@modelyard/base";

class NodeRunningHash implements RunningHash {
  private readonly state = createHash("sha256");

  update(bytes: Uint8Array): RunningHash {
    this.state.update(bytes);
    return this;
  }

  digest(): Digest {
    return digestOfHex(this.state.digest("hex"));
  }
}

/** sha256 by node:crypto. */
export const nodeHasher: Hasher = {
  sha256: (data) => digestOfHex(hash("sha256", data, "hex")),
  sha256Bytes: (data) => new Uint8Array(hash("sha256", data, "buffer")),
  start: () => new NodeRunningHash(),
};
