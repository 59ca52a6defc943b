import { moveStage, readStage } from "@modelyard/registry";
import type { RolloutState } from "@modelyard/rollout";
import type { ControllerOptions } from "./options.ts";

/** Makes `staging` name the candidate: it passed its checks. Naming what it names already changes nothing. */
export async function moveToStaging(options: ControllerOptions, state: RolloutState, rollout: number): Promise<void> {
  await move(options, state, rollout, "staging", "passed its staging checks");
}

/** Makes `production` name the version that has all the traffic. A version on its first way there goes through `staging`. */
export async function moveToProduction(options: ControllerOptions, state: RolloutState, rollout: number): Promise<void> {
  if (state.kind === "promote") await moveToStaging(options, state, rollout);
  await move(options, state, rollout, "production", state.kind === "rollback" ? "rollback" : "passed every step of its rollout");
}

/** Version in production now, or null. */
export async function productionVersion({ yard, model }: Pick<ControllerOptions, "yard" | "model">): Promise<number | null> {
  return (await readStage(yard, model, "production"))?.version ?? null;
}

async function move(
  options: ControllerOptions,
  state: RolloutState,
  rollout: number,
  stage: "staging" | "production",
  reason: string,
): Promise<void> {
  const { yard, clock, random } = options;
  await moveStage(
    yard,
    { name: state.model, stage, version: state.version, by: state.kind, reason, rollout: `${state.target}/${rollout}` },
    { clock, random },
  );
}
