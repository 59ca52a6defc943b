import { type Hasher, userError } from "@modelyard/base";
import { type FileEntry, parsePathSelection, readManifest, type Split } from "@modelyard/content";
import type { Yard } from "@modelyard/store";
import type { DatasetVersion } from "./document.ts";
import { SplitAssigner } from "./split-assigner.ts";
import { yardPages } from "./store-sink.ts";
import { type TableFormat, tableFormat } from "./table-format.ts";
import { STAGING } from "./target-tree.ts";

/** One file to restore: whole, or a table with the rows of one split. */
export type PullItem =
  | { readonly kind: "whole"; readonly entry: FileEntry }
  | { readonly kind: "rows"; readonly entry: FileEntry; readonly format: TableFormat; readonly split: Split };

export interface PlanOptions {
  readonly yard: Yard;
  readonly version: DatasetVersion;
  readonly split: Split | "all";
  readonly only: string | undefined;
  readonly hasher: Hasher;
  readonly signal: AbortSignal | undefined;
}

/** What a pull restores. The manifest is proved to the end of what is selected before anything is written. Throws MANIFEST_*, PATH_*, DATASET_PATH_MISSING. */
export async function planPull(options: PlanOptions): Promise<PullItem[]> {
  const { version, hasher } = options;
  const selection = options.only === undefined ? undefined : parsePathSelection(options.only);
  const assigner = new SplitAssigner(version.splitRule, hasher);
  const items: PullItem[] = [];
  for await (const entry of readManifest(version.manifest, yardPages(options.yard, options.signal), hasher, {
    prefix: selection?.prefix,
  })) {
    if (entry.path === STAGING || entry.path.startsWith(`${STAGING}/`)) throw reserved();
    if (selection !== undefined && !selection.selects(entry.path)) continue;
    const item = itemOf(options, assigner, entry);
    if (item !== undefined) items.push(item);
  }
  if (items.length === 0 && options.only !== undefined) {
    throw userError(
      "DATASET_PATH_MISSING",
      `no file of ${version.name}@${version.version} is at "${options.only}"${options.split === "all" ? "" : ` in the split ${options.split}`}`,
      "write a path of the dataset with `/`, a directory, or a glob such as images/**/*.png",
    );
  }
  return items;
}

function itemOf(options: PlanOptions, assigner: SplitAssigner, entry: FileEntry): PullItem | undefined {
  const { split, version } = options;
  if (split === "all") return { kind: "whole", entry };
  if (version.exampleKind === "files") return assigner.ofFile(entry.path, entry.sha256) === split ? { kind: "whole", entry } : undefined;
  const format = tableFormat(entry.path);
  return format === undefined ? { kind: "whole", entry } : { kind: "rows", entry, format, split };
}

function reserved(): Error {
  return userError(
    "PATH_INVALID",
    `the dataset holds a path below ${STAGING}, where a pull keeps its unfinished files`,
    "push the dataset again without that directory",
  );
}
