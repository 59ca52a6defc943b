import { type Digest, type Hasher, isoTime, newUlid, utf8 } from "@modelyard/base";
import { canonicalJson, type ManifestSummary, versionDigest } from "@modelyard/content";
import type { Profile } from "@modelyard/drift";
import { systemRandom } from "@modelyard/store";
import type { DatasetVersion } from "./document.ts";
import type { PushOptions } from "./push.ts";
import type { BlobSink } from "./store-sink.ts";
import type { TallyResult } from "./tally.ts";
import { datasetVersionNumbers, findByDigest, versionsPrefix } from "./versions.ts";

/** Finds the version that holds the pushed content already, reading every record once however often it is asked. */
export class VersionFinder {
  readonly digest: Digest;
  private readonly options: PushOptions;
  private readonly exampleKind: DatasetVersion["exampleKind"];
  private seen = 0;

  constructor(options: PushOptions, content: { readonly manifest: Digest; readonly exampleKind: DatasetVersion["exampleKind"] }) {
    this.options = options;
    this.digest = versionDigest(options.splitRule, content.manifest, options.hasher);
    this.exampleKind = content.exampleKind;
  }

  /** The newest such version of those that came since the last call, below the number `below`. */
  async find(below: number = Number.POSITIVE_INFINITY): Promise<DatasetVersion | undefined> {
    const { yard, name } = this.options;
    const numbers = (await datasetVersionNumbers(yard, name)).filter((number) => number > this.seen && number < below);
    this.seen = numbers.at(-1) ?? this.seen;
    return findByDigest(yard, name, numbers, this.digest, (record) => this.readsAlike(record));
  }

  /** The same reading of the tables, too; what a push leaves open matches anything. */
  private readsAlike(record: DatasetVersion): boolean {
    const { labelColumn, header = true } = this.options;
    return (
      record.exampleKind === this.exampleKind &&
      record.table.header === header &&
      (labelColumn === undefined || record.table.labelColumn === labelColumn)
    );
  }
}

/** Takes the next number unless another writer makes a version of this content meanwhile; that one is given back then. */
export async function commitVersion(
  options: PushOptions,
  summary: ManifestSummary,
  tally: TallyResult,
  finder: VersionFinder,
  sink: BlobSink,
): Promise<{ record: DatasetVersion; changed: boolean }> {
  const { yard, name } = options;
  const [all, train] = [profileBlob(tally.profile, options.hasher), profileBlob(tally.trainProfile, options.hasher)];
  const digests = { digest: finder.digest, profile: all?.digest ?? null, trainProfile: train?.digest ?? null };
  const draft = { ...draftOf(options, summary, tally), ...digests };
  let found: DatasetVersion | undefined;
  const build = async (next: number): Promise<DatasetVersion | undefined> => {
    found = await finder.find(next);
    if (found !== undefined) return undefined;
    for (const blob of [all, train]) if (blob !== undefined) await sink.put(blob.digest, blob.bytes.length, () => blob.bytes);
    return { ...draft, version: next, parent: next > 1 ? next - 1 : null };
  };
  if (options.dryRun) {
    const record = await build(((await datasetVersionNumbers(yard, name)).at(-1) ?? 0) + 1);
    return record === undefined ? { record: found!, changed: false } : { record, changed: true };
  }
  const taken = await yard.records.append(versionsPrefix(name), build, { signal: options.signal });
  return taken === undefined ? { record: found!, changed: false } : { record: taken.record, changed: true };
}

function draftOf(
  options: PushOptions,
  summary: ManifestSummary,
  tally: TallyResult,
): Omit<DatasetVersion, "version" | "parent" | "digest" | "profile" | "trainProfile"> {
  const { splitRule } = options;
  return {
    format: 1,
    kind: "dataset-version",
    name: options.name,
    manifest: summary.root,
    splitRule,
    files: summary.files,
    bytes: summary.bytes,
    exampleKind: tally.exampleKind,
    examples: tally.examples,
    schema: [...tally.schema],
    table: {
      labelColumn: options.labelColumn ?? null,
      keyColumn: splitRule.key.kind === "column" ? splitRule.key.column : null,
      header: options.header ?? true,
    },
    created: isoTime(options.clock),
    push: newUlid(options.clock.now(), options.random ?? systemRandom),
    commit: options.commit ?? null,
    storage: null,
  };
}

/** A profile on its way to the yard; stored only when there is a new version to name it. */
function profileBlob(profile: Profile | undefined, hasher: Hasher): { readonly digest: Digest; readonly bytes: Uint8Array } | undefined {
  if (profile === undefined) return undefined;
  const bytes = utf8(canonicalJson(profile));
  return { digest: hasher.sha256(bytes), bytes };
}
