import { shortDigest } from "@modelyard/base";
import type { DatasetRef } from "./dataset-ref.ts";
import type { Attachment, ModelVersion, Stage } from "./model-version.ts";
import type { RunRecord } from "./run-record.ts";

export interface GraphNode {
  /** Unique in the graph: `dataset:digits@3`, `run:01J...`, `model:digits@7`, `image:<hex>`, `stage:production`. */
  readonly id: string;
  readonly kind: "dataset" | "run" | "model" | "image" | "stage";
  /** Text for people; may hold what others wrote. */
  readonly label: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** Where models came from and went, as data for drawing; nodes and edges are sorted by id. */
export interface ProvenanceGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface ProvenanceInput {
  readonly versions: readonly ModelVersion[];
  /** Records of the runs that made them, as far as known. */
  readonly runs?: readonly RunRecord[] | undefined;
  readonly attachments?: readonly { readonly name: string; readonly version: number; readonly attachment: Attachment }[] | undefined;
  /** Stages with the version they name now. */
  readonly stages?: readonly { readonly name: string; readonly stage: Stage; readonly version: number }[] | undefined;
}

/** The graph dataset version -> run -> model version -> image, and model version -> stage. */
export function provenanceGraph(input: ProvenanceInput): ProvenanceGraph {
  const graph = new GraphBuilder();
  const runs = new Map((input.runs ?? []).map((run) => [run.run, run]));
  for (const version of input.versions) addVersion(graph, version, runs);
  for (const { name, version, attachment } of input.attachments ?? []) {
    if (attachment.kind !== "image") continue;
    const image = graph.node("image", attachment.digest.slice(7), `${attachment.reference} (${shortDigest(attachment.digest)})`);
    graph.edge(`model:${name}@${version}`, image, "packed as");
  }
  for (const { name, stage, version } of input.stages ?? [])
    graph.edge(`model:${name}@${version}`, graph.node("stage", stage, stage), "is");
  return graph.build();
}

function addVersion(graph: GraphBuilder, version: ModelVersion, runs: ReadonlyMap<string, RunRecord>): void {
  const model = graph.node("model", `${version.name}@${version.version}`, `${version.name}@${version.version}`);
  if (version.run === null) {
    if (version.dataset) graph.edge(dataset(graph, version.dataset), model, "trained");
    return;
  }
  const record = runs.get(version.run);
  const run = graph.node("run", version.run, record?.commit ? `run ${version.run} at ${record.commit.slice(0, 7)}` : `run ${version.run}`);
  graph.edge(run, model, "made");
  const data = version.dataset ?? record?.dataset;
  if (data) graph.edge(dataset(graph, data), run, "read by");
}

function dataset(graph: GraphBuilder, ref: DatasetRef): string {
  return graph.node("dataset", `${ref.name}@${ref.version}`, `${ref.name}@${ref.version}`);
}

class GraphBuilder {
  private readonly nodes = new Map<string, GraphNode>();
  private readonly edges = new Map<string, GraphEdge>();

  node(kind: GraphNode["kind"], key: string, label: string): string {
    const id = `${kind}:${key}`;
    this.nodes.set(id, { id, kind, label });
    return id;
  }

  edge(from: string, to: string, label: string): void {
    this.edges.set(`${from} ${to}`, { from, to, label });
  }

  /** Edges whose ends are both in the graph. */
  build(): ProvenanceGraph {
    const known = [...this.edges].filter(([, edge]) => this.nodes.has(edge.from) && this.nodes.has(edge.to));
    return { nodes: sortedValues([...this.nodes]), edges: sortedValues(known) };
  }
}

function sortedValues<T>(entries: readonly (readonly [string, T])[]): T[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value);
}
