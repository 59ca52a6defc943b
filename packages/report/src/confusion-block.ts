import type { MetricDocument } from "@modelyard/evaluate";
import type { Block } from "./block.ts";
import { escapeText } from "./escape-markdown.ts";
import { formatCount, plural } from "./format-number.ts";

/** Widest matrix that can be read in a comment; with more classes the pairs most often confused are listed. */
const MAX_MATRIX = 16;
const MAX_PAIRS = 20;

/** The confusion counts of one document, folded; undefined when it has none. */
export function confusionBlock(document: MetricDocument): Block | undefined {
  const { confusion } = document;
  if (confusion === null || confusion.labels.length === 0) return undefined;
  const { labels, counts } = confusion;
  const wrong = counts.reduce(
    (sum, row, truth) => sum + row.reduce((inner, count, prediction) => inner + (truth === prediction ? 0 : count), 0),
    0,
  );
  const body = labels.length <= MAX_MATRIX ? matrix(labels, counts) : pairs(labels, counts);
  return {
    kind: "details",
    summary: `<b>Confusion</b>: ${plural(wrong, "wrong prediction")} of ${formatCount(document.n)} (candidate)`,
    blocks: [body],
  };
}

function matrix(labels: readonly string[], counts: readonly (readonly number[])[]): Block {
  return {
    kind: "table",
    header: ["truth ↓ predicted →", ...labels.map((label) => escapeText(label, 24))],
    align: `l${"r".repeat(labels.length)}`,
    rows: labels.map((label, truth) => [
      escapeText(label, 24),
      ...labels.map((_, prediction) => cell(counts[truth]?.[prediction] ?? 0, truth === prediction)),
    ]),
  };
}

function cell(count: number, right: boolean): string {
  if (count === 0) return "·";
  return right ? formatCount(count) : `**${formatCount(count)}**`;
}

function pairs(labels: readonly string[], counts: readonly (readonly number[])[]): Block {
  const wrong = counts.flatMap((row, truth) =>
    row.map((count, prediction) => ({ truth, prediction, count })).filter((pair) => pair.truth !== pair.prediction && pair.count > 0),
  );
  wrong.sort((a, b) => b.count - a.count);
  return {
    kind: "table",
    header: ["Truth", "Predicted", "Examples"],
    align: "llr",
    rows: wrong
      .slice(0, MAX_PAIRS)
      .map((pair) => [escapeText(labels[pair.truth] ?? "?"), escapeText(labels[pair.prediction] ?? "?"), formatCount(pair.count)]),
  };
}
