import { escapeHtml } from "../escape-html.ts";
import { formatCount, plural } from "../format-number.ts";
import type { Band } from "../svg/frame.ts";
import { lineChart, type Marker, type Series } from "../svg/line-chart.ts";
import { clockText, tickText } from "../svg/scale.ts";
import { stackedArea } from "../svg/stacked-area.ts";
import type { PageCounts, PageRollout, PageSample } from "./demo-page.ts";
import { figure, verdictDot } from "./markup.ts";

const WIDTH = 1_040;
const HALF = 504;

/** One rollout: its outcome, the traffic of both versions, errors and latency over time, and its events. */
export function rolloutPart(rollout: PageRollout): string {
  const verdict = rollout.outcome === "promoted" ? "pass" : rollout.outcome === "running" ? "info" : "fail";
  const head = `<header class="rollout-head">${verdictDot(verdict)}<div><h3>${escapeHtml(rollout.title)}</h3><p>${escapeHtml(rollout.why)}</p></div><span class="pill ${verdict}">${rollout.outcome}</span></header>`;
  const charts =
    rollout.samples.length === 0
      ? ""
      : `${trafficFigure(rollout)}<div class="pair">${errorsFigure(rollout)}${latencyFigure(rollout)}</div>`;
  return `<article class="rollout">${head}${charts}${stepsTable(rollout)}${eventList(rollout)}</article>`;
}

function bandsOf(rollout: PageRollout): Band[] {
  return rollout.steps.map((step) => ({ from: step.startMs, to: step.endMs, label: step.label, verdict: step.verdict }));
}

function markersOf(rollout: PageRollout): Marker[] {
  return rollout.events
    .filter((event) => event.verdict === "fail")
    .slice(0, 1)
    .map((event) => ({ at: event.timeMs, label: "rolled back" }));
}

/** Requests a second of each window: counts over the time since the window before. */
function rates(samples: readonly PageSample[], read: (sample: PageSample) => number): number[] {
  return samples.map((sample, index) => {
    const seconds = (sample.timeMs - (samples[index - 1]?.timeMs ?? 0)) / 1_000;
    return seconds <= 0 ? 0 : read(sample) / seconds;
  });
}

const NOTHING: PageCounts = { requests: 0, errors: 0, p95Ms: null };

/** The samples with an empty one where the first step starts, since nothing was counted before. */
function fromFirstStep({ samples, steps }: PageRollout): readonly PageSample[] {
  const timeMs = steps[0]?.startMs ?? 0;
  const first = samples[0];
  if (first === undefined || timeMs <= 0 || timeMs >= first.timeMs) return samples;
  return [{ ...first, timeMs, stable: NOTHING, canary: NOTHING }, ...samples];
}

function trafficFigure(rollout: PageRollout): string {
  const samples = fromFirstStep(rollout);
  const served = (counts: (sample: PageSample) => PageCounts) => samples.reduce((sum, sample) => sum + counts(sample).requests, 0);
  const [stable, canary] = [served((s) => s.stable), served((s) => (s.mirrorPercent > 0 ? { ...s.canary, requests: 0 } : s.canary))];
  const copies = samples.reduce((sum, sample) => sum + (sample.mirrorPercent > 0 ? sample.canary.requests : 0), 0);
  const note = `${formatCount(stable)} answered by the stable version, ${formatCount(canary)} by the new one${copies === 0 ? "" : `, ${formatCount(copies)} copies to it in shadow`}`;
  const svg = stackedArea({
    title: `Traffic of ${rollout.title}`,
    description: note,
    width: WIDTH,
    height: 250,
    unit: "requests / s",
    timesMs: samples.map((sample) => sample.timeMs),
    layers: [
      { name: "stable version", colour: 0, values: rates(samples, (s) => s.stable.requests) },
      { name: "new version", colour: 1, values: rates(samples, (s) => (s.mirrorPercent > 0 ? 0 : s.canary.requests)) },
    ],
    bands: bandsOf(rollout),
    markers: markersOf(rollout),
    endMs: rollout.endMs,
  });
  return figure("Traffic", note, svg);
}

function pairOfSeries(rollout: PageRollout, read: (counts: PageCounts) => number | null): Series[] {
  return [
    { name: "stable", colour: 0, points: rollout.samples.map((sample) => [sample.timeMs, read(sample.stable)]) },
    { name: "new", colour: 1, dashed: true, points: rollout.samples.map((sample) => [sample.timeMs, read(sample.canary)]) },
  ];
}

function errorsFigure(rollout: PageRollout): string {
  const total = rollout.samples.reduce((sum, sample) => sum + sample.stable.errors + sample.canary.errors, 0);
  const svg = lineChart({
    title: `Errors of ${rollout.title}`,
    description: `Share of failed answers over time; ${plural(total, "failed answer")} in all.`,
    width: HALF,
    height: 220,
    unit: "failed answers",
    series: pairOfSeries(rollout, (counts) => (counts.requests === 0 ? null : counts.errors / counts.requests)),
    bands: bandsOf(rollout),
    markers: markersOf(rollout),
    endMs: rollout.endMs,
    format: (share) => `${tickText(share * 100)}%`,
    atLeast: 0.04,
  });
  return figure("Errors", plural(total, "failed answer"), svg);
}

function latencyFigure(rollout: PageRollout): string {
  const svg = lineChart({
    title: `Latency of ${rollout.title}`,
    description: "95th percentile of the time to answer, window by window.",
    width: HALF,
    height: 220,
    unit: "p95, ms",
    series: pairOfSeries(rollout, (counts) => counts.p95Ms),
    bands: bandsOf(rollout),
    markers: [],
    endMs: rollout.endMs,
  });
  return figure("Latency", "95th percentile of each window", svg);
}

function stepsTable(rollout: PageRollout): string {
  if (rollout.steps.length === 0) return "";
  const rows = rollout.steps.map(
    (step) =>
      `<tr><td>${verdictDot(step.verdict)}</td><th scope="row">${escapeHtml(step.label)}</th><td class="num">${clockText(step.startMs)}–${clockText(step.endMs)}</td><td>${escapeHtml(step.reason)}</td></tr>`,
  );
  return `<div class="card scroll"><table class="steps"><thead><tr><th></th><th>Step</th><th>Time</th><th>Verdict, and the numbers behind it</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function eventList(rollout: PageRollout): string {
  if (rollout.events.length === 0) return "";
  const rows = rollout.events.map(
    (event) =>
      `<li><time>${clockText(event.timeMs)}</time><span class="tick-mark ${event.verdict}"></span><span>${escapeHtml(event.text)}</span></li>`,
  );
  return `<details class="card events"><summary>${plural(rollout.events.length, "event")} in the yard</summary><ol>${rows.join("")}</ol></details>`;
}
