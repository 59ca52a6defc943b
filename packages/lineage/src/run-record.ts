import type { Digest } from "@modelyard/base";
import type { DatasetRef } from "./dataset-ref.ts";
import type { Artifact, Hardware, RunEvent } from "./run-event.ts";

export type RunStatus = "running" | "succeeded" | "failed" | "cancelled";

/** What the events of a run say together. */
export interface RunRecord {
  readonly run: string;
  readonly status: RunStatus;
  /** Times of the first event, the newest, and the end; RFC 3339. */
  readonly started: string;
  readonly updated: string;
  readonly finished: string | undefined;
  readonly durationMs: number | undefined;
  /** Why it ended as it did, where its writer said so. */
  readonly reason: string | undefined;
  readonly model: string | undefined;
  readonly commit: string | undefined;
  readonly repository: string | undefined;
  readonly workflowRun: string | undefined;
  readonly dataset: DatasetRef | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly hardware: Hardware | undefined;
  /** The last value of each metric. */
  readonly metrics: Readonly<Record<string, string | number | boolean | null>>;
  /** The last artifact of each name. */
  readonly artifacts: readonly Artifact[];
  readonly progress: RunProgress | undefined;
  readonly checkpoint: { readonly step: number; readonly digest: Digest; readonly size: number } | undefined;
  /** Number of the newest event, to read on from. */
  readonly seq: number;
}

export interface RunProgress {
  readonly step: number;
  readonly total: number | undefined;
  readonly message: string | undefined;
  readonly values: Readonly<Record<string, number>>;
}

/** The record of a run from its events in any order; undefined when there are none. A start after an end (a run made again) means running. */
export function runRecord(events: readonly RunEvent[]): RunRecord | undefined {
  const ordered = [...events].sort((a, b) => a.seq - b.seq);
  const first = ordered[0];
  if (!first) return undefined;
  return ordered.reduce(withEvent, emptyRecord(first));
}

function emptyRecord(first: RunEvent): RunRecord {
  return {
    run: first.run,
    status: "running",
    started: first.time,
    updated: first.time,
    finished: undefined,
    durationMs: undefined,
    reason: undefined,
    model: undefined,
    commit: undefined,
    repository: undefined,
    workflowRun: undefined,
    dataset: undefined,
    parameters: {},
    environment: {},
    hardware: undefined,
    metrics: {},
    artifacts: [],
    progress: undefined,
    checkpoint: undefined,
    seq: first.seq,
  };
}

function withEvent(record: RunRecord, event: RunEvent): RunRecord {
  const next = { ...record, updated: event.time, seq: event.seq };
  switch (event.type) {
    case "started":
      return withStart(next, event);
    case "progress":
      return { ...next, progress: { step: event.step, total: event.total, message: event.message, values: event.values ?? {} } };
    case "metrics":
      return { ...next, metrics: { ...record.metrics, ...event.values } };
    case "checkpoint":
      return { ...next, checkpoint: { step: event.step, digest: event.digest, size: event.size } };
    case "artifact":
      return { ...next, artifacts: [...record.artifacts.filter((there) => there.name !== event.artifact.name), event.artifact] };
    case "finished":
      return { ...next, status: event.outcome, finished: event.time, durationMs: event.durationMs, reason: event.reason };
  }
}

function withStart(record: RunRecord, event: Extract<RunEvent, { type: "started" }>): RunRecord {
  return {
    ...record,
    status: "running",
    finished: undefined,
    durationMs: undefined,
    reason: undefined,
    model: event.model ?? record.model,
    commit: event.commit ?? record.commit,
    repository: event.repository ?? record.repository,
    workflowRun: event.workflowRun ?? record.workflowRun,
    dataset: event.dataset ?? record.dataset,
    parameters: event.parameters,
    environment: event.environment,
    hardware: event.hardware,
  };
}
