import type { Hasher } from "@modelyard/base";
import { diffManifests, parseDocument } from "@modelyard/content";
import { type Profile, profileSchema } from "@modelyard/drift";
import type { Yard } from "@modelyard/store";
import type { DatasetVersion } from "./document.ts";
import { newExamplesSince } from "./new-examples.ts";
import { yardPages } from "./store-sink.ts";

/** Paths listed of each kind; the counts are complete. */
const MAX_PATHS = 1_000;

interface Paths {
  count: number;
  readonly paths: string[];
}

export interface DatasetDiff {
  readonly files: { readonly added: Readonly<Paths>; readonly removed: Readonly<Paths>; readonly changed: Readonly<Paths> };
  /** Examples that one of the two versions lacks. */
  readonly examples: { readonly before: number; readonly after: number; readonly added: number; readonly removed: number };
  readonly columns: { readonly added: readonly string[]; readonly removed: readonly string[] };
  /** Rows of each class before and after, for datasets with a label column. */
  readonly classes: readonly { readonly label: string; readonly before: number; readonly after: number }[];
}

/** What changed between two versions: files, examples, columns and classes. Reads only the pages and tables that differ. */
export async function diffDatasets(yard: Yard, before: DatasetVersion, after: DatasetVersion, hasher: Hasher): Promise<DatasetDiff> {
  const files = {
    added: { count: 0, paths: [] } as Paths,
    removed: { count: 0, paths: [] } as Paths,
    changed: { count: 0, paths: [] } as Paths,
  };
  for await (const change of diffManifests(before.manifest, after.manifest, yardPages(yard), hasher)) {
    const list = files[change.kind];
    list.count++;
    if (list.paths.length < MAX_PATHS) list.paths.push(change.path);
  }
  const [old, now] = [before.schema.map((column) => column.name), after.schema.map((column) => column.name)];
  return {
    files,
    examples: {
      before: before.examples.total,
      after: after.examples.total,
      added: await newExamplesSince(yard, before, after, hasher),
      removed: await newExamplesSince(yard, after, before, hasher),
    },
    columns: { added: now.filter((name) => !old.includes(name)), removed: old.filter((name) => !now.includes(name)) },
    classes: classChanges(await readProfile(yard, before), await readProfile(yard, after)),
  };
}

/** The profile of all rows of a version, or of its training split; undefined for a version without tables. */
export async function readProfile(yard: Yard, version: DatasetVersion, part: "all" | "train" = "all"): Promise<Profile | undefined> {
  const digest = part === "all" ? version.profile : version.trainProfile;
  if (digest === null) return undefined;
  return parseDocument(profileSchema, await yard.blobs.get(digest), `the profile of ${version.name}@${version.version}`);
}

function classChanges(before: Profile | undefined, after: Profile | undefined): DatasetDiff["classes"] {
  const counts = new Map<string, { before: number; after: number }>();
  for (const [label, count] of before?.label?.classes ?? []) counts.set(label, { before: count, after: 0 });
  for (const [label, count] of after?.label?.classes ?? []) counts.set(label, { before: counts.get(label)?.before ?? 0, after: count });
  return [...counts].map(([label, count]) => ({ label, ...count }));
}
