import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { digestOfHex, type Hasher } from "@modelyard/base";
import { modelVersionDigest } from "./version-digest.ts";

const hasher = { sha256: (data: string | Uint8Array) => digestOfHex(createHash("sha256").update(data).digest("hex")) } as Hasher;
const of = (byte: string) => digestOfHex(byte.repeat(32));
const identity = { model: of("01"), signature: of("02"), golden: of("03"), run: "r", dataset: of("04") };

test("the digest of format 1 never changes", () => {
  // Computed apart with Python hashlib.
  const text = `{"dataset":"${of("04")}","format":1,"golden":"${of("03")}","kind":"model","model":"${of("01")}","run":"r","signature":"${of("02")}"}`;
  assert.equal(modelVersionDigest(identity, hasher), hasher.sha256(text));
  assert.equal(modelVersionDigest(identity, hasher), "sha256:332b91082b739b465b3c632685365f88b7e41d170a4a99c3ff13d24f5a94b386");
});

test("each part of the identity counts, and nothing else", () => {
  const variants = [
    identity,
    { ...identity, model: of("0a") },
    { ...identity, signature: of("0a") },
    { ...identity, golden: null },
    { ...identity, run: null },
    { ...identity, dataset: null },
  ];
  assert.equal(new Set(variants.map((variant) => modelVersionDigest(variant, hasher))).size, variants.length);
  assert.equal(modelVersionDigest({ ...identity, metrics: 1 } as typeof identity, hasher), modelVersionDigest(identity, hasher));
});
