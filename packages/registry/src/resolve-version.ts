import { formatVersionRef, userError, type VersionRef } from "@modelyard/base";
import { type ModelVersion, type Stage, stageSchema } from "@modelyard/lineage";
import type { Yard } from "@modelyard/store";
import { versionsPrefix } from "./keys.ts";
import { readModelVersion } from "./read-version.ts";
import { readStage } from "./stages.ts";
import { findVersion } from "./versions.ts";

/** The version that a reference means. Throws MODEL_VERSION_MISSING, which lists what there is, and MODEL_RECORD_INVALID. */
export async function resolveModelVersion(yard: Yard, name: string, ref: VersionRef): Promise<ModelVersion> {
  const found = await lookUp(yard, name, ref);
  if (found) return found;
  throw await missing(yard, name, ref);
}

async function lookUp(yard: Yard, name: string, ref: VersionRef): Promise<ModelVersion | undefined> {
  switch (ref.kind) {
    case "number":
      return readModelVersion(yard, name, ref.number);
    case "latest": {
      const newest = (await yard.records.numbers(versionsPrefix(name))).at(-1);
      return newest === undefined ? undefined : readModelVersion(yard, name, newest);
    }
    case "alias": {
      const stage = stageSchema.safeParse(ref.alias);
      const now = stage.success ? await readStage(yard, name, stage.data) : undefined;
      return now?.version ? readModelVersion(yard, name, now.version) : undefined;
    }
    case "digest":
      return findVersion(yard, name, (version) => version.digest === ref.digest || version.model.digest === ref.digest);
  }
}

async function missing(yard: Yard, name: string, ref: VersionRef) {
  const numbers = await yard.records.numbers(versionsPrefix(name));
  const there = numbers.length === 0 ? `${name} has no versions in ${yard.url}` : `${name} has ${describeNumbers(numbers)}`;
  const stages: string[] = [];
  for (const stage of ["production", "staging", "shadow"] satisfies Stage[]) {
    const now = await readStage(yard, name, stage);
    if (now?.version) stages.push(`${stage} is ${now.version}`);
  }
  return userError(
    "MODEL_VERSION_MISSING",
    `there is no model version ${name}@${formatVersionRef(ref)}: ${[there, ...stages].join("; ")}`,
    numbers.length === 0 ? "register a model first (action register)" : "name a version that exists, `latest`, or a stage that names one",
  );
}

/** `version 4`, `versions 1 to 3`, `versions 1, 2, 5 to 9`. */
export function describeNumbers(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const text = ranges.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(", ");
  return `${numbers.length === 1 ? "version" : "versions"} ${text}`;
}
