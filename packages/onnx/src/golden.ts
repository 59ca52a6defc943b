import { compareGolden, type Golden, type GoldenDifference, jsonToTensor, type Signature } from "@modelyard/model";
import type { ModelSession } from "./model-session.ts";

export interface GoldenReport {
  readonly cases: number;
  /** Cases with a difference. */
  readonly failed: number;
  readonly differences: readonly (GoldenDifference & { readonly case: number })[];
}

/** Enough to see what is wrong; a broken model differs everywhere. */
const MAX_DIFFERENCES = 50;

/** Runs the model on every golden input and compares; `signature` lets a label differ where its probabilities tie. Throws what `run` throws. */
export async function replayGolden(model: Pick<ModelSession, "run">, golden: Golden, signature?: Signature): Promise<GoldenReport> {
  const differences: (GoldenDifference & { case: number })[] = [];
  let failed = 0;
  for (const [index, one] of golden.cases.entries()) {
    const got = await model.run(one.inputs.map((tensor) => jsonToTensor(tensor, `golden case ${index}`)));
    const expected = one.outputs.map((tensor) => jsonToTensor(tensor, `golden case ${index}`));
    const found = compareGolden(expected, got, golden.tolerance, signature);
    if (found.length > 0) failed++;
    for (const difference of found) if (differences.length < MAX_DIFFERENCES) differences.push({ case: index, ...difference });
  }
  return { cases: golden.cases.length, failed, differences };
}
