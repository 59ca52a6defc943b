import { type Clock, isoTime, mapBounded, newUlid, parseName, type Random, remoteError, userError } from "@modelyard/base";
import { type RolloutEvent, type RolloutEventBody, rolloutEventSchema } from "@modelyard/rollout";
import { SEQUENCE_DIGITS, type Yard } from "@modelyard/store";

/** Events read at once: hides the latency of an object store without flooding it. */
const READ_CONCURRENCY = 16;

export interface JournalPorts {
  readonly yard: Yard;
  readonly clock: Pick<Clock, "now">;
  readonly random: Random;
}

/** The rollouts of one model on one target, as the yard keeps them: numbered, each a log of numbered events. */
export interface Journal {
  readonly model: string;
  readonly target: string;
  /** Number of the newest rollout, 0 when there is none; `known` is one that exists, to start looking from. */
  latest(known?: number): Promise<number>;
  /** Events of a rollout after number `after`, in order. */
  read(rollout: number, after?: number): Promise<RolloutEvent[]>;
  /** Writes event number `seq` unless someone else did: then `taken`, and the writer has to read before it does anything more. Throws ROLLOUT_EVENT_INVALID. */
  append(rollout: number, seq: number, event: RolloutEventBody): Promise<"appended" | "taken">;
}

export function rolloutJournal(ports: JournalPorts, model: string, target: string): Journal {
  const { records, store } = ports.yard;
  const prefix = (rollout: number): string => `rollouts/${parseName(model, "model name")}/${parseName(target, "target")}/${rollout}/`;
  const key = (rollout: number, seq: number): string => records.key(prefix(rollout), seq, SEQUENCE_DIGITS);
  const exists = async (rollout: number): Promise<boolean> => (await store.head(key(rollout, 1))) !== undefined;
  return {
    model,
    target,
    async latest(known = 0) {
      if (!(await exists(known + 1))) return known;
      return highest(exists, known + 1);
    },
    async read(rollout, after = 0) {
      const numbers = await numbersAfter(records, prefix(rollout), after);
      return mapBounded(numbers, READ_CONCURRENCY, async (seq) => {
        const event = await records.read(key(rollout, seq), rolloutEventSchema);
        if (event === undefined)
          throw remoteError("STORE_FAILED", `event ${seq} of rollout ${rollout} is listed and cannot be read`, { retryable: true });
        return event;
      });
    },
    async append(rollout, seq, event) {
      const record: RolloutEvent = { format: 1, seq, time: isoTime(ports.clock), id: newUlid(ports.clock.now(), ports.random), event };
      requireReadable(record);
      return (await records.create(key(rollout, seq), record)) === "created" ? "appended" : "taken";
    },
  };
}

/** One event that nobody can read would stop its rollout for good, so it is refused before it is written. */
function requireReadable(record: RolloutEvent): void {
  const parsed = rolloutEventSchema.safeParse(record);
  if (parsed.success) return;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
  throw userError(
    "ROLLOUT_EVENT_INVALID",
    `the rollout event ${record.event.type} is not as expected: ${problems.slice(0, 500)}`,
    "give times, counts and texts of a usual size",
  );
}

/** Highest number for which `exists` holds, which it does for `low` and for none after the first it does not: doubling steps, then halving. */
async function highest(exists: (n: number) => Promise<boolean>, low: number): Promise<number> {
  let step = 1;
  let there = low;
  while (await exists(there + step)) {
    there += step;
    step *= 2;
  }
  let missing = there + step;
  while (missing - there > 1) {
    const middle = Math.floor((there + missing) / 2);
    if (await exists(middle)) there = middle;
    else missing = middle;
  }
  return there;
}

/** Numbers after `after` without a gap: what a listing shows beyond one that is missing may only have become visible early. */
async function numbersAfter(records: Yard["records"], prefix: string, after: number): Promise<number[]> {
  const listed = await records.numbers(prefix, { after, pad: SEQUENCE_DIGITS });
  return listed.filter((number, i) => number === after + i + 1);
}
