import { foldEvents, isFinished } from "@modelyard/rollout";
import type { Target } from "@modelyard/traffic";
import type { Context } from "../context.ts";

/** A cancelled job has 7.5 s before SIGTERM; what is left of it is for outputs. */
const WAIT_MS = 6_000;
const POLL_MS = 100;

/** Asks for all traffic back and waits a moment for it; true when the rollout ended in that time. The gateway ends it in any case. */
export async function cancelRollout(target: Target, rollout: number, by: string, context: Context, waitMs = WAIT_MS): Promise<boolean> {
  await target.requestAbort(rollout, by, "the promotion was cancelled");
  const until = context.clock.monotonic() + waitMs;
  for (;;) {
    if (isFinished(foldEvents(await target.read(rollout, 0)))) return true;
    if (context.clock.monotonic() >= until) return false;
    await context.clock.sleep(POLL_MS);
  }
}
