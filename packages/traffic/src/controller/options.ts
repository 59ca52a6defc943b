import type { Clock, Log, Random } from "@modelyard/base";
import type { ReplicaLauncher, Router, WatchTimes } from "@modelyard/gateway";
import type { Yard } from "@modelyard/store";

/** Times of the control loop, in milliseconds. */
export interface ControlTimes {
  /** Between two looks at the yard and the counters: the check interval. */
  readonly tickMs: number;
  /** Least time between two `measured` events that change nothing. */
  readonly writeMs: number;
  /** Silence after which a rollout of another gateway may be taken over; far above the longest pause between its events. */
  readonly leaseMs: number;
  /** Time a candidate gets to be ready. */
  readonly readyTimeoutMs: number;
  /** Time without the yard after which a canary's traffic goes back: nobody could stop it then. */
  readonly blindMs: number;
}

export const DEFAULT_TIMES: ControlTimes = { tickMs: 1_000, writeMs: 2_000, leaseMs: 180_000, readyTimeoutMs: 60_000, blindMs: 30_000 };

export interface ControllerOptions {
  readonly yard: Yard;
  readonly model: string;
  readonly target: string;
  /** Name of this gateway; stays the same over restarts, so that a restarted one goes on with its own rollout at once. */
  readonly gateway: string;
  readonly router: Router;
  readonly launcher: ReplicaLauncher;
  /** Replicas of each version. */
  readonly replicas: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly times?: Partial<ControlTimes> | undefined;
  readonly watch?: Partial<WatchTimes> | undefined;
}
