/** A replica process (or a stand-in for one). */
export interface RunningReplica {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** Resolves when it has ended, with the reason for people. */
  readonly ended: Promise<string>;
  /** Asks it to finish its requests and end; kills it when it does not. */
  stop(): Promise<void>;
  kill(): void;
}

/** Port that starts replicas of a version. Throws REPLICA_FAILED with the last lines it wrote. */
export interface ReplicaLauncher {
  start(version: number, signal: AbortSignal): Promise<RunningReplica>;
}
