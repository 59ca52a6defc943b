import { cutText } from "../cut-text.ts";
import { escapeHtml } from "../escape-html.ts";
import type { Graph, GraphNode } from "../mermaid.ts";
import { visibleText } from "../visible-text.ts";
import { type Described, drawing, element, label, rounded, textWidth } from "./element.ts";

const NODE_HEIGHT = 46;
const ROW_GAP = 16;
const COLUMN_GAP = 58;
const LABEL_LIMIT = 26;

interface Placed {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly lines: readonly [string, string];
}

/** Where models came from: a layered graph from left to right, edges without crossings where a sweep finds them. */
export function lineageGraph(graph: Graph, about: Described): string {
  const columns = orderColumns(graph, columnsOf(graph));
  const placed = place(columns);
  const width = Math.max(200, ...[...placed.values()].map((box) => box.x + box.width)) + 2;
  const height = Math.max(60, ...[...placed.values()].map((box) => box.y + NODE_HEIGHT)) + 2;
  const edges = graph.edges.map((edge) => drawEdge(placed.get(edge.from), placed.get(edge.to), edge.label));
  return drawing(width, height, about, ...edges, ...[...placed.values()].map(drawNode));
}

/** Longest path from a source; a cycle (which honest lineage has not) ends after as many rounds as there are nodes. */
function columnsOf(graph: Graph): GraphNode[][] {
  const depth = new Map(graph.nodes.map((node) => [node.id, 0]));
  for (let round = 0; round < graph.nodes.length; round++) {
    let moved = false;
    for (const { from, to } of graph.edges) {
      const next = (depth.get(from) ?? 0) + 1;
      if (from === to || !depth.has(from) || (depth.get(to) ?? Number.POSITIVE_INFINITY) >= next || next >= graph.nodes.length) continue;
      depth.set(to, next);
      moved = true;
    }
    if (!moved) break;
  }
  const columns: GraphNode[][] = [];
  for (const node of graph.nodes) {
    const column = depth.get(node.id) ?? 0;
    columns[column] ??= [];
    columns[column].push(node);
  }
  return Array.from(columns, (column) => column ?? []);
}

/** Barycentre sweeps: each node moves to the mean row of its neighbours in the column before, then after. */
function orderColumns(graph: Graph, columns: GraphNode[][]): GraphNode[][] {
  const rows = new Map<string, number>();
  const remember = (column: readonly GraphNode[]): void => {
    for (const [row, node] of column.entries()) rows.set(node.id, row - column.length / 2);
  };
  columns.forEach(remember);
  const centre = (node: GraphNode, neighbours: (id: string) => string[]) => {
    const found = neighbours(node.id).flatMap((id) => rows.get(id) ?? []);
    return found.length === 0 ? (rows.get(node.id) ?? 0) : found.reduce((sum, row) => sum + row, 0) / found.length;
  };
  const before = (id: string) => graph.edges.filter((edge) => edge.to === id).map((edge) => edge.from);
  const after = (id: string) => graph.edges.filter((edge) => edge.from === id).map((edge) => edge.to);
  for (let sweep = 0; sweep < 4; sweep++) {
    const forward = sweep % 2 === 0;
    for (const column of forward ? columns : [...columns].reverse()) {
      const keys = new Map(column.map((node) => [node.id, centre(node, forward ? before : after)]));
      column.sort((a, b) => (keys.get(a.id) ?? 0) - (keys.get(b.id) ?? 0));
      remember(column);
    }
  }
  return columns;
}

function place(columns: readonly (readonly GraphNode[])[]): Map<string, Placed> {
  const tallest = Math.max(1, ...columns.map((column) => column.length));
  const height = tallest * (NODE_HEIGHT + ROW_GAP) - ROW_GAP;
  const placed = new Map<string, Placed>();
  let x = 1;
  for (const column of columns) {
    const texts = column.map((node): readonly [string, string] => [
      cutText(visibleText(node.label), LABEL_LIMIT),
      cutText(visibleText(node.detail ?? node.kind), LABEL_LIMIT),
    ]);
    const width = Math.max(96, ...texts.map(([first, second]) => Math.max(textWidth(first, 13) * 1.05, textWidth(second, 11)) + 40));
    const top = (height - (column.length * (NODE_HEIGHT + ROW_GAP) - ROW_GAP)) / 2;
    column.forEach((node, row) => {
      placed.set(node.id, { node, x, y: 1 + top + row * (NODE_HEIGHT + ROW_GAP), width, lines: texts[row] ?? ["", ""] });
    });
    if (column.length > 0) x += width + COLUMN_GAP;
  }
  return placed;
}

const KINDS: ReadonlySet<string> = new Set(["dataset", "run", "model", "image", "stage", "metrics", "commit"]);

function drawNode(box: Placed): string {
  const kind = KINDS.has(box.node.kind) ? box.node.kind : "other";
  return element(
    "g",
    { class: `node ${kind}` },
    element("rect", {
      class: "box",
      x: box.x,
      y: box.y,
      width: box.width,
      height: NODE_HEIGHT,
      rx: kind === "stage" ? NODE_HEIGHT / 2 : 8,
    }),
    element("rect", { class: "tab", x: box.x + (kind === "stage" ? 16 : 10), y: box.y + 11, width: 4, height: NODE_HEIGHT - 22, rx: 2 }),
    label(box.x + (kind === "stage" ? 28 : 22), box.y + 20, box.lines[0], { class: "nodename" }),
    label(box.x + (kind === "stage" ? 28 : 22), box.y + 36, box.lines[1], { class: "nodedetail" }),
  );
}

function drawEdge(from: Placed | undefined, to: Placed | undefined, name: string | undefined): string {
  if (from === undefined || to === undefined || from === to) return "";
  const [x1, y1] = [from.x + from.width, from.y + NODE_HEIGHT / 2];
  const [x2, y2] = [to.x, to.y + NODE_HEIGHT / 2];
  const bend = Math.max(24, Math.min(COLUMN_GAP / 2, (x2 - x1) / 2));
  const curve = `M${rounded(x1)} ${rounded(y1)}C${rounded(x1 + bend)} ${rounded(y1)} ${rounded(x2 - bend)} ${rounded(y2)} ${rounded(x2 - 6)} ${rounded(y2)}`;
  const head = `M${rounded(x2)} ${rounded(y2)}l-7 -3.5v7Z`;
  const title = name === undefined ? [] : [element("title", {}, escapeHtml(name, 60))];
  return element(
    "g",
    { class: "edge" },
    ...title,
    element("path", { class: "wire", d: curve }),
    element("path", { class: "head", d: head }),
  );
}
