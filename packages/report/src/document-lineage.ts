import type { Comparison, MetricDocument } from "@modelyard/evaluate";
import { formatNumber } from "./format-number.ts";
import type { Graph, GraphEdge, GraphNode } from "./mermaid.ts";
import { namelessText } from "./subject-text.ts";

/** Hex digits of a commit or digest in a diagram. */
const SHORT = 7;

/** Where candidate and baseline came from, as far as their documents say: dataset and commit to run to model. */
export function lineageOfDocuments(documents: readonly MetricDocument[]): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges: GraphEdge[] = [];
  const add = (kind: string, key: string, label: string, detail?: string): string => {
    const id = `${kind}:${key}`;
    if (!nodes.has(id)) nodes.set(id, { id, kind, label, detail });
    return id;
  };
  for (const document of documents) {
    const { subject } = document;
    const model = add("model", `${subject.name}@${subject.version}:${subject.digest}`, modelLabel(document), headline(document));
    const run = subject.run === null ? undefined : add("run", subject.run, subject.run);
    if (run !== undefined) edges.push({ from: run, to: model, label: "made" });
    if (subject.commit !== null)
      edges.push({ from: add("commit", subject.commit, `commit ${subject.commit.slice(0, SHORT)}`), to: run ?? model });
    if (document.dataset !== null) {
      const { name, version, digest } = document.dataset;
      const label = version === null ? name : `${name}@${version}`;
      edges.push({ from: model, to: add("metrics", `${digest}:${document.split}`, `scored on ${label}`, document.split ?? undefined) });
    }
  }
  return { nodes: [...nodes.values()], edges };
}

/** The same of a comparison's two sides. */
export function lineageOfComparison(comparison: Comparison): Graph {
  return lineageOfDocuments(comparison.baseline === null ? [comparison.candidate] : [comparison.candidate, comparison.baseline]);
}

function modelLabel(document: MetricDocument): string {
  const { name, version } = document.subject;
  if (name === null) return namelessText(document, SHORT);
  return version === null ? `${name} (candidate)` : `${name}@${version}`;
}

function headline(document: MetricDocument): string | undefined {
  const first = document.metrics[0];
  return first === undefined ? undefined : `${first.name} ${formatNumber(first.value, 3)}`;
}
