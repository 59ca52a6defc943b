import { formatBytes } from "@modelyard/base";
import type { Block } from "./block.ts";
import { codeText, escapeText } from "./escape-markdown.ts";
import { fitComment, SUMMARY_LIMIT } from "./fit-comment.ts";
import { formatCount, formatPercent, plural } from "./format-number.ts";

/** What a push did, as plain data. */
export interface DatasetPushReport {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  /** False when the content was there already. */
  readonly changed: boolean;
  readonly files: number;
  readonly examples: number;
  readonly newExamples: number | undefined;
  readonly bytes: number;
  readonly bytesAdded: number;
  /** Version that `newExamples` and `paths` compare with. */
  readonly previous?: number | undefined;
  readonly paths?:
    | { readonly added: readonly string[]; readonly removed: readonly string[]; readonly changed: readonly string[] }
    | undefined;
  /** Examples of each split, in the order to show. */
  readonly splits?: readonly (readonly [string, number])[] | undefined;
  /** Classes with their counts, most frequent first. */
  readonly classes?: readonly (readonly [string, number])[] | undefined;
}

/** Job summary of a push: one line, the counts, the classes and the changed paths. */
export function renderDatasetPush(push: DatasetPushReport): string {
  const id = codeText(`${push.name}@${push.version}`);
  const line = push.changed
    ? `✅ **New version** ${id}: ${plural(push.examples, "example")} in ${plural(push.files, "file")}, ${formatBytes(push.bytesAdded)} uploaded.`
    : `● **Unchanged**: this content is ${id} already; nothing was uploaded.`;
  const frame = {
    head: `### Dataset ${id}\n\n${line}`,
    foot: `<sub>${codeText(push.digest)}</sub>`,
    cutNote: "> [!NOTE]\n> Rows were left out to keep the summary short.",
  };
  const sections = [counts(push), shares("Splits", "Split", push.splits), shares("Classes", "Class", push.classes), changes(push)];
  return fitComment(
    frame,
    sections.map((block, index) => ({ priority: -index, blocks: block === undefined ? [] : [block] })),
    SUMMARY_LIMIT,
  );
}

function counts(push: DatasetPushReport): Block {
  const rows = [
    ["Examples", formatCount(push.examples)],
    ["Files", formatCount(push.files)],
    ["Size", formatBytes(push.bytes)],
    ["Uploaded", formatBytes(push.bytesAdded)],
  ];
  if (push.newExamples !== undefined)
    rows.push([
      push.previous === undefined ? "New examples" : `New since version ${formatCount(push.previous)}`,
      formatCount(push.newExamples),
    ]);
  return { kind: "table", header: ["", "Count"], align: "lr", rows };
}

function shares(title: string, noun: string, values: readonly (readonly [string, number])[] | undefined): Block | undefined {
  if (values === undefined || values.length === 0) return undefined;
  const total = values.reduce((sum, [, count]) => sum + count, 0);
  const rows = values.map(([name, count]) => [escapeText(name), formatCount(count), formatPercent(total === 0 ? 0 : count / total)]);
  return {
    kind: "details",
    summary: `<b>${title}</b>: ${formatCount(values.length)}`,
    blocks: [{ kind: "table", header: [noun, "Examples", "Share"], align: "lrr", rows }],
  };
}

function changes(push: DatasetPushReport): Block | undefined {
  if (push.paths === undefined) return undefined;
  const items = (["added", "removed", "changed"] as const).flatMap((kind) =>
    (push.paths?.[kind] ?? []).map((path) => `${kind} ${codeText(path)}`),
  );
  if (items.length === 0) return undefined;
  return { kind: "details", summary: `<b>Changed paths</b>: ${formatCount(items.length)}`, blocks: [{ kind: "list", items }] };
}
