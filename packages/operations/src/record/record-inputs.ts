import type { YardInputs } from "../open-yard.ts";

/** What to write: `all` is start, metrics, artifacts and end together. */
export type RecordEvent = "all" | "started" | "progress" | "metrics" | "checkpoint" | "artifact" | "finished";
/** `success` and `failure` are the words of `job.status`. */
export type RecordOutcome = "succeeded" | "failed" | "cancelled" | "success" | "failure";

/** Inputs of `record`. */
export interface RecordInputs extends YardInputs {
  readonly run?: string | undefined;
  readonly event: RecordEvent;
  /** Name of the model that is trained. */
  readonly name?: string | undefined;
  readonly dataset?: string | undefined;
  readonly parameters?: unknown;
  readonly metrics?: string | undefined;
  readonly model?: string | undefined;
  readonly signature?: string | undefined;
  readonly golden?: string | undefined;
  readonly artifacts?: readonly string[] | undefined;
  /** File of a checkpoint. */
  readonly path?: string | undefined;
  readonly step?: number | undefined;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
  readonly outcome: RecordOutcome;
  /** Milliseconds that the training took. */
  readonly duration?: number | undefined;
  readonly dryRun?: boolean | undefined;
}
