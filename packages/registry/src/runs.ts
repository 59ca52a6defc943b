import { type Clock, isoTime, newUlid, type Random, userError } from "@modelyard/base";
import { checkDocument } from "@modelyard/content";
import { type RunEvent, type RunRecord, runEventSchema, runRecord } from "@modelyard/lineage";
import { SEQUENCE_DIGITS, type Yard } from "@modelyard/store";
import { runPrefix } from "./keys.ts";
import { readNumbers } from "./read-sequence.ts";

/** A run event without what the store adds. */
export type NewRunEvent = RunEvent extends infer E
  ? E extends RunEvent
    ? Omit<E, "format" | "run" | "seq" | "time" | "id">
    : never
  : never;

/** A time-ordered identifier (ULID) for a run. */
export function newRunId(ports: { clock: Pick<Clock, "now">; random: Random }): string {
  return newUlid(ports.clock.now(), ports.random);
}

/** Adds an event to a run's log. Throws DOCUMENT_INVALID when it is not one. */
export async function appendRunEvent(
  yard: Yard,
  run: string,
  event: NewRunEvent,
  ports: { clock: Pick<Clock, "now">; random: Random; signal?: AbortSignal },
): Promise<RunEvent> {
  const id = newUlid(ports.clock.now(), ports.random);
  const time = isoTime(ports.clock);
  const build = async (seq: number): Promise<RunEvent> =>
    checkDocument(runEventSchema, { ...event, format: 1, run, seq, time, id }, `an event of run ${run}`);
  const made = await yard.records.append(runPrefix(run), build, { pad: SEQUENCE_DIGITS, signal: ports.signal });
  return made!.record;
}

/** Events of a run in order, those above sequence number `after` alone; empty when the run has none (yet). */
export async function readRunEvents(yard: Yard, run: string, options: { after?: number; signal?: AbortSignal } = {}): Promise<RunEvent[]> {
  const prefix = runPrefix(run);
  const numbers = await yard.records.numbers(prefix, { after: options.after ?? 0, pad: SEQUENCE_DIGITS, signal: options.signal });
  return readNumbers(yard.records, prefix, numbers, runEventSchema, { pad: SEQUENCE_DIGITS, signal: options.signal });
}

/** The record of a run. Throws RUN_MISSING. */
export async function readRun(yard: Yard, run: string): Promise<RunRecord> {
  const record = runRecord(await readRunEvents(yard, run));
  if (record) return record;
  throw userError(
    "RUN_MISSING",
    `there is no run ${run} in ${yard.url}`,
    "check `run` and `yard`; the action record writes a run's events",
  );
}
