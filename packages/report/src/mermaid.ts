import type { Block } from "./block.ts";
import { cutText } from "./cut-text.ts";
import { visibleText } from "./visible-text.ts";

const LABEL_LIMIT = 60;
/** More bars than this are unreadable in a comment's width. */
export const MAX_BARS = 16;

/** A label inside a quoted mermaid text: everything but letters, digits and plain punctuation as mermaid's `#NN;` codes. */
export function mermaidText(text: string): string {
  const shown = visibleText(cutText(text, LABEL_LIMIT)).replace(
    /[^\p{L}\p{N}\p{M} .,_+=()/\u2010-\u2026·•-]/gu,
    (c) => `#${c.codePointAt(0)};`,
  );
  return `"${shown === "" ? " " : shown}"`;
}

/** A text of an xychart, whose parser knows no codes: characters other than letters, digits and plain punctuation become `_`. */
function axisText(text: string, limit = 24): string {
  return `"${visibleText(cutText(text, limit)).replace(/[^\p{L}\p{N} .,=()/+-]/gu, "_") || " "}"`;
}

export interface ChartBar {
  readonly label: string;
  readonly candidate: number;
  readonly baseline: number | undefined;
}

/** Bars of the candidate with the baseline as a line over them (mermaid xychart); undefined when there is nothing comparable to draw. */
export function mermaidBars(title: string, axis: string, bars: readonly ChartBar[]): Block | undefined {
  const shown = bars.filter((bar) => Number.isFinite(bar.candidate)).slice(0, MAX_BARS);
  if (shown.length < 2) return undefined;
  const values = shown.flatMap((bar) => (bar.baseline === undefined ? [bar.candidate] : [bar.candidate, bar.baseline]));
  const low = axisStart(Math.min(...values));
  const lines = [
    "xychart-beta",
    `  title ${axisText(title, 100)}`,
    `  x-axis [${shown.map((bar) => axisText(bar.label)).join(", ")}]`,
    `  y-axis ${axisText(axis)} ${low} --> 1`,
    `  bar [${shown.map((bar) => chartNumber(bar.candidate)).join(", ")}]`,
  ];
  if (shown.every((bar) => bar.baseline !== undefined))
    lines.push(`  line [${shown.map((bar) => chartNumber(bar.baseline ?? 0)).join(", ")}]`);
  return { kind: "fence", language: "mermaid", body: lines.join("\n") };
}

function chartNumber(value: number): string {
  return String(Number(value.toFixed(4)));
}

/** A tenth below the lowest bar, so that differences near 1 are seen; the title says where the axis starts by its numbers. */
function axisStart(lowest: number): number {
  return Math.max(0, Math.floor(lowest * 10 - 1) / 10);
}

export interface GraphNode {
  readonly id: string;
  /** `dataset`, `run`, `model`, `metrics`, `image`, `stage`, `commit`, ...: chooses shape and colour. */
  readonly kind: string;
  readonly label: string;
  /** Second line, such as a digest or an accuracy. */
  readonly detail?: string | undefined;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label?: string | undefined;
}

/** Where a model came from, as data: the shape of lineage's provenance graph. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Nodes a comment's diagram can show. */
const MAX_NODES = 40;
const SHAPES: ReadonlyMap<string, readonly [string, string]> = new Map([
  ["dataset", ["[(", ")]"]],
  ["run", ["[[", "]]"]],
  ["model", ["{{", "}}"]],
  ["stage", ["([", "])"]],
]);

/** A left-to-right flowchart with ids of our own, so that a name cannot become syntax. */
export function mermaidLineage(graph: Graph): Block | undefined {
  const nodes = graph.nodes.slice(0, MAX_NODES);
  // Things that nothing connects are no lineage.
  if (nodes.length < 2 || graph.edges.length === 0) return undefined;
  const ids = new Map(nodes.map((node, index) => [node.id, `n${index}`]));
  const lines = ["flowchart LR"];
  for (const node of nodes) {
    const [open, close] = SHAPES.get(node.kind) ?? ["[", "]"];
    const text = node.detail === undefined ? node.label : `${node.label} · ${node.detail}`;
    lines.push(`  ${ids.get(node.id)}${open}${mermaidText(text)}${close}`);
  }
  for (const edge of graph.edges) {
    const from = ids.get(edge.from);
    const to = ids.get(edge.to);
    if (from === undefined || to === undefined) continue;
    lines.push(edge.label === undefined ? `  ${from} --> ${to}` : `  ${from} -->|${mermaidText(edge.label)}| ${to}`);
  }
  return { kind: "fence", language: "mermaid", body: lines.join("\n") };
}
