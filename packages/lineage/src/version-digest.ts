import type { Digest, Hasher } from "@modelyard/base";
import { canonicalJson } from "@modelyard/content";

/** What makes two model versions the same: the bytes of the model and of what describes it, the run that made it, the data it learnt from. */
export interface ModelIdentity {
  readonly model: Digest;
  readonly signature: Digest;
  readonly golden: Digest | null;
  readonly run: string | null;
  /** Digest of the dataset version. */
  readonly dataset: Digest | null;
}

/** Digest of a model version: sha256 of the canonical JSON of `{format: 1, kind: "model", model, signature, golden, run, dataset}`. Metrics and times are not in it. */
export function modelVersionDigest(identity: ModelIdentity, hasher: Hasher): Digest {
  const { model, signature, golden, run, dataset } = identity;
  return hasher.sha256(canonicalJson({ format: 1, kind: "model", model, signature, golden, run, dataset }));
}
