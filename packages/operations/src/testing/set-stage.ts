import type { Stage } from "@modelyard/lineage";
import { moveStage } from "@modelyard/registry";
import { openContextYard } from "../open-yard.ts";
import { testContext } from "./test-context.ts";

/** Moves a stage of the default yard in `directory` to a version, as a promotion does on its way; `production` goes by way of `staging`. */
export async function setStage(directory: string, name: string, stage: Stage, version: number): Promise<void> {
  const context = testContext(directory);
  const yard = await openContextYard({}, context, { create: false });
  const way: readonly Stage[] = stage === "production" ? ["staging", "production"] : [stage];
  for (const next of way) await moveStage(yard, { name, stage: next, version, by: "test", reason: "test" }, context);
}
