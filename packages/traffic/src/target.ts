import { userError } from "@modelyard/base";
import type { PlannedBody, RolloutEvent, RolloutState } from "@modelyard/rollout";
import type { JournalPorts } from "./journal.ts";
import { journalTarget } from "./targets/journal-target.ts";

export const TARGET_KINDS = ["gateway", "kubernetes", "swarm", "kserve"] as const;
/** Where a model serves. */
export type TargetKind = (typeof TARGET_KINDS)[number];

/** A rollout that was read. */
export interface ReadRollout {
  readonly id: number;
  readonly state: RolloutState;
  /** When it was planned, RFC 3339. */
  readonly since: string;
  readonly events: readonly RolloutEvent[];
}

/** `attached`: an unfinished rollout of the same version was there already. `unneeded`: nothing to do, as the maker of the plan said. */
export type Begun = { readonly kind: "started" | "attached"; readonly rollout: number } | { readonly kind: "unneeded" };

/**
 * Makes a plan from the stages as they are; undefined when there is nothing to do. It is asked after the newest rollout was seen to have ended, and anew when
 * another one got in: only rollouts move stages, so what it reads still holds when the rollout begins.
 */
export type MakePlan = () => Promise<PlannedBody | undefined>;

/**
 * Port of a place where models serve. A rollout is begun and watched here; whoever runs the target carries it out, so that nothing stops when the
 * process that began it does.
 */
export interface Target {
  readonly kind: TargetKind;
  /** The newest rollout, or undefined. */
  latest(): Promise<ReadRollout | undefined>;
  /** Begins a rollout of `version`: taking its number is the lock. Throws ROLLOUT_ACTIVE naming the unfinished one, ROLLOUT_EVENT_INVALID. */
  begin(wanted: Pick<PlannedBody, "version" | "kind">, make: MakePlan): Promise<Begun>;
  /** Events after number `after`. */
  read(rollout: number, after: number): Promise<RolloutEvent[]>;
  /** Asks for all traffic back on the stable version; no effect on a finished rollout. A rollout that nobody took up is withdrawn at once. */
  requestAbort(rollout: number, by: string, reason: string): Promise<void>;
  /** Takes a rollout back that nobody has taken up; false when somebody has. */
  withdraw(rollout: number, reason: string): Promise<boolean>;
}

/** The target of this kind. Throws TARGET_NOT_YET for those this release does not have, TARGET_UNKNOWN. */
export function openTarget(kind: string, ports: JournalPorts, model: string): Target {
  switch (kind) {
    case "gateway":
      return journalTarget("gateway", ports, model);
    case "kubernetes":
    case "swarm":
    case "kserve":
      throw userError(
        "TARGET_NOT_YET",
        `this release cannot promote to the target ${kind}`,
        "use `target: gateway` and run `modelyard gateway` on the machine that serves",
      );
    default:
      throw userError("TARGET_UNKNOWN", `"${kind.slice(0, 50)}" is not a target`, `write one of ${TARGET_KINDS.join(", ")}`);
  }
}
