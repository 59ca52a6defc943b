import { messageOf } from "@modelyard/base";
import { checkCandidate } from "@modelyard/gateway";
import type { RolloutState, StagingCheck } from "@modelyard/rollout";
import type { Fleet } from "./fleet.ts";
import type { ControllerOptions, ControlTimes } from "./options.ts";

/** Staging checks under way or done; they run beside the control loop, which still hears an abort. */
export interface Staging {
  readonly version: number;
  /** Undefined while they run. */
  readonly checks: readonly StagingCheck[] | undefined;
  stop(): void;
}

/** Starts the checks of a rollout's candidate. What goes wrong in them is a failed check, never an exception. */
export function startStaging(
  options: ControllerOptions,
  times: ControlTimes,
  fleet: Fleet,
  state: RolloutState,
  depth: "ready" | "full",
): Staging {
  const stop = new AbortController();
  let checks: readonly StagingCheck[] | undefined;
  const run = async (): Promise<readonly StagingCheck[]> => {
    const pool = fleet.pool(state.version);
    if (pool === undefined) throw new Error("its replica could not be made");
    const golden = depth === "full" ? await fleet.golden(state.version) : null;
    return checkCandidate(pool, {
      model: options.model,
      signature: pool.signature,
      golden,
      depth,
      readyTimeoutMs: times.readyTimeoutMs,
      latencyBudgetMs: state.settings.latencyBudgetMs,
      clock: options.clock,
      signal: stop.signal,
    });
  };
  void run().then(
    (done) => {
      checks = done;
    },
    (error: unknown) => {
      checks = [{ name: "ready", passed: false, detail: messageOf(error).slice(0, 1_000) }];
    },
  );
  return {
    version: state.version,
    get checks() {
      return checks;
    },
    stop: () => stop.abort(new Error("the rollout ended")),
  };
}
