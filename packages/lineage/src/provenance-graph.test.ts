import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOfHex } from "@modelyard/base";
import type { ModelVersion } from "./model-version.ts";
import { provenanceGraph } from "./provenance-graph.ts";

const digest = digestOfHex("cd".repeat(32));
const blob = { digest, size: 1 };
function version(number: number, run: string | null): ModelVersion {
  const dataset = { name: "data", version: number, digest };
  return {
    format: 1,
    kind: "model-version",
    name: "m",
    version: number,
    created: "2026-01-01T00:00:00Z",
    digest,
    model: blob,
    signature: blob,
    golden: null,
    run,
    dataset,
    metrics: null,
    headline: {},
    commit: null,
  };
}

test("dataset to run to model to image and stage", () => {
  const graph = provenanceGraph({
    versions: [version(1, "r1"), version(2, null)],
    attachments: [
      {
        name: "m",
        version: 1,
        attachment: { format: 1, seq: 1, kind: "image", time: "2026-01-01T00:00:00Z", reference: "x/m:1", digest, size: 3 },
      },
    ],
    stages: [
      { name: "m", stage: "production", version: 1 },
      { name: "m", stage: "staging", version: 9 },
    ],
  });
  assert.deepEqual(
    graph.edges.map((edge) => `${edge.from} ${edge.label} ${edge.to}`),
    [
      "dataset:data@1 read by run:r1",
      "dataset:data@2 trained model:m@2",
      `model:m@1 packed as image:${digest.slice(7)}`,
      "model:m@1 is stage:production",
      "run:r1 made model:m@1",
    ],
    "an edge to a version that is not drawn is left out",
  );
  assert.equal(new Set(graph.nodes.map((node) => node.id)).size, graph.nodes.length);
  const ids = new Set(graph.nodes.map((node) => node.id));
  assert.ok(graph.edges.every((edge) => ids.has(edge.from) && ids.has(edge.to)));
});

test("nothing in, nothing out", () => assert.deepEqual(provenanceGraph({ versions: [] }), { nodes: [], edges: [] }));
