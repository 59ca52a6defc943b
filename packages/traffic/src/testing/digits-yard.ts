import { utf8 } from "@modelyard/base";
import { fakeSignature } from "@modelyard/gateway/testing/fake-replicas";
import type { Golden } from "@modelyard/model";
import { moveStage, registerVersion } from "@modelyard/registry";
import { nodeHasher, systemClock, systemRandom, type Yard } from "@modelyard/store";

const ports = { clock: systemClock, random: systemRandom, hasher: nodeHasher };

/** Golden predictions of the fake model: the class of a number is the number. */
const golden: Golden = {
  format: 1,
  tolerance: 1e-4,
  cases: Array.from({ length: 20 }, (_, i) => ({
    inputs: [{ name: "x", dtype: "float32" as const, shape: [1, 1], data: [i % 10] }],
    outputs: [{ name: "label", dtype: "int64" as const, shape: [1], data: [i % 10] }],
  })),
};

/** Registers versions 1 to `count` of the model `m` whose replicas are fakes; `production` names the version that serves. */
export async function addVersions(yard: Yard, count: number, production?: number): Promise<void> {
  const put = async (text: string) => {
    const { digest, size } = await yard.blobs.put(utf8(text));
    return { digest, size };
  };
  const signature = await put(JSON.stringify(fakeSignature));
  const goldenRef = await put(JSON.stringify(golden));
  for (let i = 1; i <= count; i++) {
    const model = await put(`model ${i}`);
    await registerVersion(
      yard,
      { name: "m", model, signature, golden: goldenRef, run: null, dataset: null, metrics: null, headline: {}, commit: null },
      ports,
    );
  }
  if (production === undefined) return;
  for (const stage of ["staging", "production"] as const)
    await moveStage(yard, { name: "m", stage, version: production, by: "test", reason: "start" }, ports);
}
