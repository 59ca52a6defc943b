import type { Signature } from "@modelyard/model";
import type { CallRecorder } from "../observe/recorder.ts";
import type { ReplicaClient } from "./replica-client.ts";

/** A replica that can be sent requests. */
export interface ReadyReplica {
  readonly client: ReplicaClient;
  /** Requests on it now. */
  inFlight: number;
}

/** The replicas of one model version that are ready now. */
export interface Backend {
  readonly version: number;
  readonly ready: readonly ReadyReplica[];
  readonly recorder: CallRecorder;
  /** How its answers are read when they are compared. */
  readonly signature: Signature;
}

/** The ready replica with the fewest requests on it, or undefined; `not` is left out (it just refused a connection). */
export function leastBusy(backend: Backend, not?: ReadyReplica): ReadyReplica | undefined {
  let best: ReadyReplica | undefined;
  for (const replica of backend.ready) {
    if (replica !== not && (best === undefined || replica.inFlight < best.inFlight)) best = replica;
  }
  return best;
}
