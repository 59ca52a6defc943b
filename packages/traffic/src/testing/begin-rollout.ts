import type { PlannedBody } from "@modelyard/rollout";
import type { Target } from "../target.ts";

/** Begins a rollout of a plan made before; gives its number. Throws what `begin` throws, and when the rollout is not a new one. */
export async function beginRollout(target: Target, planned: PlannedBody): Promise<number> {
  const begun = await target.begin(planned, async () => planned);
  if (begun.kind !== "started") throw new Error(`the rollout is ${begun.kind}`);
  return begun.rollout;
}
