import { type Clock, isoTime, newUlid, type Random, userError } from "@modelyard/base";
import { judgeStageMove, type Stage, type StageEvent, stageEventSchema, stageSchema } from "@modelyard/lineage";
import { SEQUENCE_DIGITS, type Yard } from "@modelyard/store";
import { stagePrefix, versionsPrefix } from "./keys.ts";
import { readNumbers } from "./read-sequence.ts";

const PADDED = { pad: SEQUENCE_DIGITS };

/** The newest change of a stage: `version` is what it names now (null: none); undefined when it never named any. */
export async function readStage(yard: Yard, name: string, stage: Stage): Promise<StageEvent | undefined> {
  const prefix = stagePrefix(name, stage);
  const newest = (await yard.records.numbers(prefix)).at(-1);
  return newest === undefined ? undefined : yard.records.read(yard.records.key(prefix, newest, SEQUENCE_DIGITS), stageEventSchema);
}

/** All changes of a stage, oldest first. */
export async function stageHistory(yard: Yard, name: string, stage: Stage): Promise<StageEvent[]> {
  const prefix = stagePrefix(name, stage);
  return readNumbers(yard.records, prefix, await yard.records.numbers(prefix), stageEventSchema, PADDED);
}

/** Stages that name this version now. */
export async function stagesOf(yard: Yard, name: string, version: number): Promise<Stage[]> {
  const found: Stage[] = [];
  for (const stage of stageSchema.options) if ((await readStage(yard, name, stage))?.version === version) found.push(stage);
  return found;
}

export interface StageMoveInput {
  readonly name: string;
  readonly stage: Stage;
  /** Null empties the stage. */
  readonly version: number | null;
  /** `promote`, `rollback`. */
  readonly by: string;
  readonly reason: string;
  readonly rollout?: string | null | undefined;
}

export type StageMoved =
  | { readonly kind: "moved"; readonly event: StageEvent }
  | { readonly kind: "unchanged"; readonly event: StageEvent | undefined };

/**
 * Makes a stage name a version. Naming what it names already changes nothing. Throws MODEL_VERSION_MISSING, and STAGE_MOVE_REFUSED when
 * the version may not go there from where it is.
 */
export async function moveStage(
  yard: Yard,
  move: StageMoveInput,
  ports: { clock: Pick<Clock, "now">; random: Random; signal?: AbortSignal },
): Promise<StageMoved> {
  if (move.version !== null) await checkMove(yard, move, move.version);
  const id = newUlid(ports.clock.now(), ports.random);
  let present: StageEvent | undefined;
  const made = await yard.records.append(
    stagePrefix(move.name, move.stage),
    async (seq): Promise<StageEvent | undefined> => {
      present = await readStage(yard, move.name, move.stage);
      const previous = present?.version ?? null;
      if (previous === move.version) return undefined;
      const { stage, version, by, reason, rollout = null } = move;
      return { format: 1, seq, time: isoTime(ports.clock), id, stage, version, previous, by, rollout, reason };
    },
    { ...PADDED, signal: ports.signal },
  );
  return made ? { kind: "moved", event: made.record } : { kind: "unchanged", event: present };
}

async function checkMove(yard: Yard, move: StageMoveInput, version: number): Promise<void> {
  const key = yard.records.key(versionsPrefix(move.name), version);
  if (!(await yard.store.head(key)))
    throw userError("MODEL_VERSION_MISSING", `there is no model version ${move.name}@${version}`, "register it first");
  const wasInProduction = (await stageHistory(yard, move.name, "production")).some((event) => event.version === version);
  const verdict = judgeStageMove({ from: await stagesOf(yard, move.name, version), to: move.stage, wasInProduction });
  if (verdict.kind === "allowed") return;
  throw userError(
    "STAGE_MOVE_REFUSED",
    `${move.name}@${version} cannot become ${move.stage}: ${verdict.reason}`,
    "move it step by step: staging, then production",
  );
}
