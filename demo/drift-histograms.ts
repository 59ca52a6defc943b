import { gunzipSync } from "node:zlib";
import { parseVersionRef } from "@modelyard/base";
import { parseDocument } from "@modelyard/content";
import { resolveDatasetVersion } from "@modelyard/dataset";
import { type DriftReport, profileSchema } from "@modelyard/drift";
import { type PredictionLine, parseSignature } from "@modelyard/model";
import { resolveModelVersion } from "@modelyard/registry";
import type { DemoPage } from "@modelyard/report/page";
import type { Yard } from "@modelyard/store";

/** Grey values of a pixel, 0 to 16, in pairs, so that the bars can be told apart. */
const BINS = 9;
const binOf = (value: number): number => Math.min(BINS - 1, Math.floor(value / 2));

type Histogram = DemoPage["drift"][number]["histograms"][number];

/** Shares of grey values in the training data and in the window of a report, for some columns. */
export async function driftHistograms(yard: Yard, report: DriftReport, columns: readonly string[]): Promise<Histogram[]> {
  const dataset = await resolveDatasetVersion(yard, report.reference.dataset, parseVersionRef(String(report.reference.version)));
  const profile = parseDocument(profileSchema, await yard.blobs.get((dataset.trainProfile ?? dataset.profile)!), "the training profile");
  const model = await resolveModelVersion(yard, report.model, parseVersionRef(String(report.version)));
  const signature = parseSignature(await yard.blobs.get(model.signature.digest), "signature.json");
  const inputs = signature.inputs[0]?.columns ?? [];
  const rows = await rowsOf(yard, report);
  return columns.map((name) => {
    const reference = new Array<number>(BINS).fill(0);
    const current = new Array<number>(BINS).fill(0);
    const column = profile.columns.find((candidate) => candidate.name === name);
    for (const [value, count] of (column?.kind === "numeric" ? column.counts : null) ?? []) reference[binOf(value)]! += count;
    const at = inputs.indexOf(name);
    for (const row of rows) current[binOf(row[at] ?? 0)]! += 1;
    return {
      column: name,
      note: `row ${name[1]}, column ${name[2]} of the image`,
      labels: Array.from({ length: BINS }, (_, i) => (i === BINS - 1 ? "16" : `${2 * i}-${2 * i + 1}`)),
      reference: shares(reference),
      current: shares(current),
    };
  });
}

function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total === 0 ? 0 : count / total));
}

async function rowsOf(yard: Yard, report: DriftReport): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const { key } of yard.store.list(`predictions/${report.model}/${report.version}/`)) {
    const bytes = await yard.store.get(key);
    if (bytes === undefined) continue;
    for (const text of gunzipSync(bytes).toString("utf8").trimEnd().split("\n")) {
      const line = JSON.parse(text) as PredictionLine;
      if (line.time < report.window.from || line.time >= report.window.to || line.role === "shadow") continue;
      rows.push((line.inputs[0]?.data ?? []).map(Number));
    }
  }
  return rows;
}
