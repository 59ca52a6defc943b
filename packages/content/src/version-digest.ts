import type { Digest, Hasher } from "@modelyard/base";
import { canonicalJson } from "./canonical-json.ts";
import type { SplitRule } from "./split.ts";

/** Digest of a dataset version: sha256 of the canonical JSON of `{format: 1, splitRule, root}`. Format 1 never changes. */
export function versionDigest(splitRule: SplitRule, root: Digest, hasher: Hasher): Digest {
  return hasher.sha256(canonicalJson({ format: 1, splitRule, root }));
}
