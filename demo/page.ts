import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatDuration } from "@modelyard/base";
import { parseDocument } from "@modelyard/content";
import { type DriftReport, driftReportSchema } from "@modelyard/drift";
import type { Comparison } from "@modelyard/evaluate";
import { provenanceGraph } from "@modelyard/lineage";
import { attachments, listVersions, readRun, readStage } from "@modelyard/registry";
import { type DemoPage, type PageDrift, renderPage, rolloutForPage } from "@modelyard/report/page";
import { describeEvent, type RolloutEvent, rolloutEventSchema } from "@modelyard/rollout";
import { SEQUENCE_DIGITS, type Yard } from "@modelyard/store";
import { marked } from "marked";
import { driftHistograms } from "./drift-histograms.ts";
import type { Told } from "./told.ts";
import { root } from "./workspace.ts";
import type { World } from "./world.ts";

/** Parts that are not the real thing; said on the page. */
const FAKES = [
  "GitHub: a server on this machine that keeps state and checks every request and answer against GitHub's own OpenAPI description. Comments, checks, deployments, the issue and the dispatched workflow went through it.",
  "The GPU runner: this machine, labelled gpu. The workflow's steps ran as child processes; the training itself is real.",
  "The clients: a generator that sends real digits, 120 a second. After the last release they send the same digits one pixel to the right and paler, as a new scanner would.",
  "The bakes: seconds instead of hours. The rules that judge them are the same.",
] as const;

/** Writes `demo/index.html`; gives its path. */
export async function writePage(world: World, told: Told): Promise<string> {
  const yard = await world.openYard();
  const drift = parseDocument(driftReportSchema, readFileSync(told.driftReport), told.driftReport);
  const { traffic } = told;
  const page: DemoPage = {
    title: "A model's delivery loop",
    subtitle: "Handwritten digits, from the first rows to a drift alarm, as npm run demo just ran it",
    generated: new Date().toISOString(),
    facts: [
      { label: "versions made", value: String((await listVersions(yard, "digits")).length), note: "2 promoted, 1 rolled back" },
      {
        label: "accuracy in production",
        value: accuracyOf(told.comparisons[1]?.comparison),
        note: `first release: ${accuracyOf(told.comparisons[0]?.comparison)}`,
      },
      {
        label: "requests answered",
        value: (traffic.sent - traffic.failed).toLocaleString("en"),
        note: `${((1 - traffic.failed / traffic.sent) * 100).toFixed(2)} % of all`,
      },
      { label: "requests failed", value: String(traffic.failed), note: "all by the injected fault, in its canary" },
      { label: "whole loop", value: formatDuration(world.story.elapsedMs), note: "on this machine" },
    ],
    steps: world.story.steps,
    comparisons: told.comparisons
      .filter(({ comparison }) => comparison.baseline !== null)
      .map(({ title, comparison }) => forest(title, comparison)),
    comments: await comments(world),
    rollouts: await Promise.all(told.rollouts.map(({ title, id }) => rolloutPart(yard, title, id))),
    drift: [await driftPart(yard, drift)],
    lineage: await lineage(yard),
    fakes: FAKES,
  };
  const path = join(root, "demo", "index.html");
  writeFileSync(path, renderPage(page));
  return path;
}

function accuracyOf(comparison: Comparison | undefined): string {
  return comparison?.candidate.metrics.find((metric) => metric.name === "accuracy")?.value.toFixed(3) ?? "unknown";
}

function forest(title: string, comparison: Comparison): DemoPage["comparisons"][number] {
  const rows = comparison.metrics.flatMap((metric) => {
    const sign = metric.direction === "higher" ? 1 : -1;
    const bounds = metric.interval === null ? [metric.delta, metric.delta] : [metric.interval.low, metric.interval.high];
    const [low, high] = sign === 1 ? bounds : [-bounds[1]!, -bounds[0]!];
    return [{ label: metric.name, value: sign * metric.delta, low: low!, high: high!, change: metric.change }];
  });
  return { title, margin: comparison.metrics[0]?.margin ?? 0, rows };
}

async function comments(world: World): Promise<DemoPage["comments"]> {
  const rendered = await Promise.all(
    world.github.state.comments.map(async (comment) => ({
      title: `Pull request #${comment.issue}`,
      html: await marked.parse(comment.body, { gfm: true }),
    })),
  );
  const issues = await Promise.all(
    world.github.state.issues
      .filter((issue) => issue.labels.length > 0 || /drift/i.test(issue.title))
      .map(async (issue) => ({ title: `Issue #${issue.number}: ${issue.title}`, html: await marked.parse(issue.body, { gfm: true }) })),
  );
  return [...rendered, ...issues];
}

async function rolloutPart(yard: Yard, title: string, id: string): Promise<DemoPage["rollouts"][number]> {
  const events = await readRollout(yard, id);
  const first = events[0]?.event;
  const plan = first?.type === "planned" ? first.plan : { steps: [] };
  return rolloutForPage(title, events, ({ event }) => describeEvent(event, plan));
}

async function readRollout(yard: Yard, id: string): Promise<RolloutEvent[]> {
  const prefix = `rollouts/digits/gateway/${id}/`;
  const events: RolloutEvent[] = [];
  for (const number of await yard.records.numbers(prefix)) {
    const event = await yard.records.read(yard.records.key(prefix, number, SEQUENCE_DIGITS), rolloutEventSchema);
    if (event) events.push(event);
  }
  return events;
}

async function driftPart(yard: Yard, report: DriftReport): Promise<PageDrift> {
  const worst = [...report.columns].sort((a, b) => (b.psi ?? 0) - (a.psi ?? 0));
  return {
    title: `digits@${report.version}, ${report.window.rows.toLocaleString("en")} rows of the last seconds against the training data`,
    decision: report.reasons.join("; "),
    verdict: report.drifted ? "fail" : "pass",
    threshold: 0.2,
    columns: worst.slice(0, 24).map(({ name, psi, verdict }) => ({ name, psi, verdict })),
    histograms: await driftHistograms(
      yard,
      report,
      worst.slice(0, 4).map(({ name }) => name),
    ),
  };
}

async function lineage(yard: Yard): Promise<DemoPage["lineage"]> {
  const versions = await listVersions(yard, "digits");
  const runs = await Promise.all(versions.flatMap((version) => (version.run === null ? [] : [readRun(yard, version.run)])));
  const images = await Promise.all(
    versions.map(async ({ name, version }) =>
      (await attachments(yard, name, version)).map((attachment) => ({ name, version, attachment })),
    ),
  );
  const production = await readStage(yard, "digits", "production");
  const stages = production?.version == null ? [] : [{ name: "digits", stage: production.stage, version: production.version }];
  return provenanceGraph({ versions, runs, attachments: images.flat(), stages });
}
