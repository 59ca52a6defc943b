import type { Log } from "@modelyard/base";
import type { Signature } from "@modelyard/model";
import { type Backend, leastBusy } from "../router/backend.ts";
import { type Call, exchange } from "../router/replica-client.ts";
import { type Answer, type Comparison, compareAnswers } from "./compare-answers.ts";
import type { PairCounter } from "./pair-counter.ts";

/** Copies on the way at once, and copies waiting; what comes on top is lost and counted, so that a slow candidate costs memory for this many bodies and no more. */
const MAX_IN_FLIGHT = 32;
const MAX_WAITING = 256;
/** Bytes of the waiting copies together, for models with large inputs. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Largest answer that is compared. */
export const MAX_COMPARED_BYTES = 4 * 1024 * 1024;

/** A request that the stable version has answered, and its answer (null when it was too large to keep). */
export interface MirrorJob {
  readonly call: Call;
  readonly stable: Answer | null;
  readonly stableSignature: Signature;
  readonly candidate: Backend;
  readonly pairs: PairCounter;
}

/** Sends copies to the candidate and compares; never makes a client wait. */
export interface Mirror {
  offer(job: MirrorJob): void;
  /** Resolves when no copy is waiting or on its way. */
  idle(): Promise<void>;
}

export function mirror(log: Pick<Log, "debug">): Mirror {
  const waiting: MirrorJob[] = [];
  const idlers: (() => void)[] = [];
  let waitingBytes = 0;
  let inFlight = 0;

  const next = (): void => {
    while (inFlight < MAX_IN_FLIGHT && waiting.length > 0) {
      const job = waiting.shift()!;
      waitingBytes -= sizeOf(job);
      inFlight++;
      void sendCopy(job).then((comparison) => {
        if (comparison.kind === "lost") log.debug(`a mirrored answer was not compared: ${comparison.why}`);
        job.pairs.add(comparison);
        inFlight--;
        next();
      });
    }
    if (inFlight === 0) for (const wake of idlers.splice(0)) wake();
  };

  return {
    offer(job) {
      if (waiting.length >= MAX_WAITING || waitingBytes + sizeOf(job) > MAX_WAITING_BYTES) {
        job.pairs.add({ kind: "lost", why: "the queue of copies is full" });
        return;
      }
      waiting.push(job);
      waitingBytes += sizeOf(job);
      next();
    },
    idle: () => (inFlight === 0 && waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
  };
}

function sizeOf({ call, stable }: MirrorJob): number {
  return (call.body?.length ?? 0) + (stable?.body.length ?? 0);
}

async function sendCopy(job: MirrorJob): Promise<Comparison> {
  const replica = leastBusy(job.candidate);
  if (replica === undefined) return { kind: "lost", why: "no replica of the candidate is ready" };
  const progress = job.candidate.recorder.start();
  replica.inFlight++;
  try {
    const answer = await exchange(replica.client, job.call, MAX_COMPARED_BYTES);
    progress.end(answer.status);
    if (job.stable === null) return { kind: "lost", why: "the stable version's answer was too large to keep" };
    return compareAnswers({ ...job.stable, signature: job.stableSignature }, { ...answer, signature: job.candidate.signature });
  } catch (error) {
    progress.end(0);
    return { kind: "lost", why: error instanceof Error ? error.message : String(error) };
  } finally {
    replica.inFlight--;
  }
}
