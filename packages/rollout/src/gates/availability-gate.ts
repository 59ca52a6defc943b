import { formatDuration } from "@modelyard/base";
import type { GateResult } from "../gate.ts";

/** Crashes in one step that are no accident; one may be the machine's fault. */
const MAX_CRASHES = 3;
/** Time without a single ready replica after which waiting for a restart is over. */
const MAX_UNREADY_MS = 15_000;

const base = { gate: "availability", evidence: null, needed: null } as const;

/** Judges whether the new version is there at all: its traffic is with the stable version whenever it is not. */
export function judgeAvailability(ready: number, crashes: number, unreadyMs: number): GateResult {
  if (crashes >= MAX_CRASHES)
    return { ...base, verdict: "fail", reason: `replicas of the new version ended by themselves ${crashes} times in this step` };
  if (unreadyMs >= MAX_UNREADY_MS) {
    return { ...base, verdict: "fail", reason: `no replica of the new version has been ready for ${formatDuration(unreadyMs)}` };
  }
  if (ready === 0)
    return { ...base, verdict: "inconclusive", reason: `no replica of the new version is ready since ${formatDuration(unreadyMs)}` };
  return { ...base, verdict: "pass", reason: `${ready} ready, ${crashes} crashes` };
}
