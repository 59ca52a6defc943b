import type { Stage } from "./model-version.ts";

/** Where a version may go from where it is. A live version cannot be archived; production is entered from staging or shadow. */
export const STAGE_TRANSITIONS: Readonly<Record<Stage | "none", readonly Stage[]>> = {
  none: ["staging", "shadow", "archived"],
  staging: ["production", "shadow", "archived"],
  shadow: ["staging", "production", "archived"],
  production: ["staging", "shadow"],
  archived: ["staging", "shadow"],
};

export interface StageMove {
  /** Stages that name the version now. */
  readonly from: readonly Stage[];
  readonly to: Stage;
  /** The version has been in production before; it may go back there at once (rollback). */
  readonly wasInProduction: boolean;
}

export type StageMoveVerdict = { readonly kind: "allowed" } | { readonly kind: "refused"; readonly reason: string };

/** Whether a version may be moved to a stage; a refusal says what has to come first. */
export function judgeStageMove(move: StageMove): StageMoveVerdict {
  if (move.from.includes(move.to)) return { kind: "allowed" };
  if (move.to === "production" && move.wasInProduction) return { kind: "allowed" };
  if (move.to === "archived" && move.from.includes("production"))
    return { kind: "refused", reason: "it is in production; promote another version first" };
  const from = move.from.length === 0 ? (["none"] as const) : move.from;
  if (from.some((stage) => STAGE_TRANSITIONS[stage].includes(move.to))) return { kind: "allowed" };
  const ways = (Object.keys(STAGE_TRANSITIONS) as (Stage | "none")[]).filter((stage) => STAGE_TRANSITIONS[stage].includes(move.to));
  return {
    kind: "refused",
    reason: `${move.to} is reached from ${ways.join(" or ")}, and it is in ${move.from.join(" and ") || "no stage"}`,
  };
}
