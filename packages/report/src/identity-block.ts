import type { MetricDocument } from "@modelyard/evaluate";
import type { Block } from "./block.ts";
import { codeElement, codeText } from "./escape-markdown.ts";
import { formatCount, formatMilliseconds } from "./format-number.ts";
import { commitText, datasetText, digestText, splitText, subjectName } from "./subject-text.ts";

/** What was compared, where it came from and how fast it is: one row a fact, one column a document. */
export function identityBlock(candidate: MetricDocument, baseline: MetricDocument | null, repositoryUrl: string | undefined): Block {
  const documents = baseline === null ? [candidate] : [candidate, baseline];
  const rows = facts(repositoryUrl)
    .map(([name, read]) => [name, ...documents.map(read)])
    .filter(([, ...cells]) => cells.some((cell) => cell !== "–"));
  return {
    kind: "details",
    summary: `<b>${documents.some((document) => document.latency !== null) ? "Identity and latency" : "Identity"}</b>: ${documents.map((document) => codeElement(subjectName(document))).join(" against ")}`,
    blocks: [{ kind: "table", header: baseline === null ? ["", "Value"] : ["", "Candidate", "Baseline"], align: "lll", rows }],
  };
}

type Fact = readonly [string, (document: MetricDocument) => string];

function facts(repositoryUrl: string | undefined): Fact[] {
  const latency = (read: (value: NonNullable<MetricDocument["latency"]>) => string) => (document: MetricDocument) =>
    document.latency === null ? "–" : read(document.latency);
  return [
    ["Judged", (d) => codeText(subjectName(d))],
    ["Digest", (d) => digestText(d.subject.digest)],
    ["Run", (d) => (d.subject.run === null ? "–" : codeText(d.subject.run))],
    ["Commit", (d) => commitText(d.subject.commit, repositoryUrl)],
    ["Dataset", datasetText],
    ["Dataset digest", (d) => (d.dataset === null ? "–" : digestText(d.dataset.digest))],
    ["Split", (d) => splitText(d)],
    ["Examples", (d) => formatCount(d.n)],
    ["Latency p50 / p95 / p99", latency((l) => [l.p50Ms, l.p95Ms, l.p99Ms].map(formatMilliseconds).join(" / "))],
    ["Batch throughput", latency((l) => `${formatCount(l.rowsPerSecond)} rows/s`)],
  ];
}
