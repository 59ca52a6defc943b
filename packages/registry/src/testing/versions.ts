import { utf8 } from "@modelyard/base";
import { memoryYard, nodeHasher, systemRandom, type Yard } from "@modelyard/store";
import { type RegisterInput, registerVersion } from "../versions.ts";

/** Ports of the tests; the clock stands still. */
export const ports = { clock: { now: () => Date.UTC(2026, 0, 2) }, random: systemRandom, hasher: nodeHasher };

/** A version whose model has these bytes, with its blobs stored. */
export async function candidate(yard: Yard, content: string, name = "digits"): Promise<RegisterInput> {
  const model = await yard.blobs.put(utf8(content));
  const signature = await yard.blobs.put(utf8("signature"));
  const ref = ({ digest, size }: typeof model) => ({ digest, size });
  return {
    name,
    model: ref(model),
    signature: ref(signature),
    golden: null,
    run: null,
    dataset: null,
    metrics: null,
    headline: { accuracy: 0.9 },
    commit: null,
  };
}

/** A yard with this many versions of `digits`. */
export async function yardWith(count: number): Promise<Yard> {
  const yard = memoryYard();
  for (let i = 1; i <= count; i++) await registerVersion(yard, await candidate(yard, `model ${i}`), ports);
  return yard;
}
