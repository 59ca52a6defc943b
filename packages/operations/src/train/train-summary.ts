import { formatDuration } from "@modelyard/base";
import type { DatasetRef, RunRecord } from "@modelyard/lineage";

/** Job summary of a decision not to train. */
export function skipSummary(name: string, reason: string): string {
  return `### Training of \`${name}\`: nothing to do\n\n${plain(reason)}\n`;
}

export interface EndedTraining {
  readonly name: string;
  readonly dataset: DatasetRef;
  readonly reason: string;
  readonly run: string;
  readonly url: string;
  readonly conclusion: string;
  /** Undefined when the training recorded nothing. */
  readonly record: RunRecord | undefined;
}

/** Job summary of a run that ended. */
export function endSummary(training: EndedTraining): string {
  const { record } = training;
  const took = record?.durationMs === undefined ? "" : ` in ${formatDuration(record.durationMs)}`;
  const rows = Object.entries(record?.metrics ?? {}).map(([name, value]) => `| ${plain(name)} | ${plain(String(value))} |`);
  const table = rows.length === 0 ? "" : `\n\n| metric | value |\n| --- | --- |\n${rows.join("\n")}`;
  return `### Training of \`${training.name}\`: ${plain(training.conclusion)}${took}\n\n[Run ${training.run}](${training.url}) on \`${training.dataset.name}@${training.dataset.version}\`. ${plain(training.reason)}${table}\n`;
}

/** Text of others: nothing that Markdown or HTML would act on; an @ inside a word (`digits@2`) mentions nobody. */
function plain(text: string): string {
  return text.slice(0, 300).replace(/(?<![A-Za-z0-9])@|[^A-Za-z0-9 ._+%,;:()@-]/g, " ");
}
