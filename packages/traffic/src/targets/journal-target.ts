import { ModelyardError, remoteError } from "@modelyard/base";
import {
  foldEvents,
  isFinished,
  MAX_BY_LENGTH,
  MAX_REASON_LENGTH,
  type PlannedBody,
  type RolloutEventBody,
  type RolloutState,
} from "@modelyard/rollout";
import { type Journal, type JournalPorts, rolloutJournal } from "../journal.ts";
import type { ReadRollout, Target, TargetKind } from "../target.ts";

/** Each lost attempt means that another writer got in; a few of them race at most. */
const MAX_ATTEMPTS = 50;

/** A target driven through the yard: this end writes the plan and reads what the gateway writes. */
export function journalTarget(kind: TargetKind, ports: JournalPorts, model: string): Target {
  const journal = rolloutJournal(ports, model, kind);
  return {
    kind,
    latest: () => latestRollout(journal),
    async begin(wanted, make) {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const latest = await latestRollout(journal);
        if (latest !== undefined && !isFinished(latest.state)) {
          if (isSame(latest.state, wanted)) return { kind: "attached", rollout: latest.id };
          throw rolloutActive(latest);
        }
        const planned = await make();
        if (planned === undefined) return { kind: "unneeded" };
        const rollout = (latest?.id ?? 0) + 1;
        if ((await journal.append(rollout, 1, planned)) === "appended") return { kind: "started", rollout };
      }
      throw contended(model);
    },
    read: (rollout, after) => journal.read(rollout, after),
    async requestAbort(rollout, by, reason) {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const state = foldEvents(await journal.read(rollout));
        if (isFinished(state) || state.abort !== null) return;
        const why = reason.slice(0, MAX_REASON_LENGTH);
        const event: RolloutEventBody =
          state.holder === null
            ? { type: "aborted", reason: why }
            : { type: "abort-requested", by: by.slice(0, MAX_BY_LENGTH), reason: why };
        if ((await journal.append(rollout, state.seq + 1, event)) === "appended") return;
      }
      throw contended(model);
    },
    async withdraw(rollout, reason) {
      const state = foldEvents(await journal.read(rollout));
      if (state.holder !== null || isFinished(state)) return false;
      return (await journal.append(rollout, state.seq + 1, { type: "aborted", reason })) === "appended";
    },
  };
}

/** The newest rollout of a journal with its state. */
export async function latestRollout(journal: Journal): Promise<ReadRollout | undefined> {
  const id = await journal.latest();
  if (id === 0) return undefined;
  const events = await journal.read(id);
  return { id, events, state: foldEvents(events), since: events[0]!.time };
}

function isSame(state: RolloutState, wanted: Pick<PlannedBody, "version" | "kind">): boolean {
  return state.version === wanted.version && state.kind === wanted.kind && state.abort === null;
}

function rolloutActive({ id, state, since }: ReadRollout): ModelyardError {
  const holder = state.gateway === null ? "not yet taken up by a gateway" : `carried out by gateway ${state.gateway}`;
  return new ModelyardError({
    code: "ROLLOUT_ACTIVE",
    kind: "user",
    message: `rollout ${id} of ${state.model}@${state.version} on ${state.target} (${state.kind}) has not finished: begun ${since} by ${state.by}, ${holder}`,
    hint: "wait for it to end, or abort it with the action rollback",
    details: { rollout: id, version: state.version, by: state.by, since, holder: state.gateway ?? "" },
  });
}

function contended(model: string): ModelyardError {
  return remoteError("STORE_CONTENDED", `others wrote to the rollouts of ${model} at every one of ${MAX_ATTEMPTS} attempts`, {
    retryable: true,
  });
}
