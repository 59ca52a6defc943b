import { histogramQuantile } from "./histogram.ts";
import type { CallSnapshot } from "./recorder.ts";
import type { Totals } from "./totals.ts";

/** One version as the metrics show it. */
export interface VersionFigures {
  readonly version: number;
  readonly ready: number;
  readonly crashes: number;
  readonly calls: CallSnapshot;
}

export interface GatewayFigures {
  readonly model: string;
  readonly totals: Totals;
  readonly canaryPercent: number;
  readonly mirrorPercent: number;
  readonly versions: readonly VersionFigures[];
}

/** Prometheus text format 0.0.4 of the gateway's counters. */
export function metricsText(figures: GatewayFigures): string {
  const model = `model="${figures.model}"`;
  const { totals } = figures;
  const lines = [
    ...family("modelyard_gateway_requests_total", "counter", "Requests of clients.", [[model, totals.requests]]),
    ...family("modelyard_gateway_failed_total", "counter", "Requests answered 500 to 599 or cut off.", [[model, totals.failed]]),
    ...family("modelyard_gateway_unavailable_total", "counter", "Requests that no replica could take.", [[model, totals.unavailable]]),
    ...family("modelyard_gateway_failed_over_total", "counter", "Canary requests given to the stable version.", [
      [model, totals.failedOver],
    ]),
    ...family("modelyard_gateway_canary_percent", "gauge", "Share of the traffic for the canary.", [[model, figures.canaryPercent]]),
    ...family("modelyard_gateway_mirror_percent", "gauge", "Share of the traffic copied to the candidate.", [
      [model, figures.mirrorPercent],
    ]),
  ];
  const perVersion = (pick: (version: VersionFigures) => number): [string, number][] =>
    figures.versions.map((one) => [`${model},version="${one.version}"`, pick(one)]);
  lines.push(
    ...family(
      "modelyard_replicas_ready",
      "gauge",
      "Replicas that take requests.",
      perVersion((v) => v.ready),
    ),
    ...family(
      "modelyard_replica_crashes_total",
      "counter",
      "Replicas that ended by themselves.",
      perVersion((v) => v.crashes),
    ),
    ...family(
      "modelyard_calls_total",
      "counter",
      "Calls of the model.",
      perVersion((v) => v.calls.requests),
    ),
    ...family(
      "modelyard_call_errors_total",
      "counter",
      "Calls that failed.",
      perVersion((v) => v.calls.errors),
    ),
    ...family(
      "modelyard_calls_rejected_total",
      "counter",
      "Calls answered 400 to 499.",
      perVersion((v) => v.calls.rejected),
    ),
    ...family(
      "modelyard_call_p95_milliseconds",
      "gauge",
      "95 % of the calls were answered within this.",
      perVersion((v) => histogramQuantile(v.calls.histogram, 0.95) ?? Number.NaN),
    ),
  );
  return `${lines.join("\n")}\n`;
}

function family(name: string, type: string, help: string, samples: readonly (readonly [string, number])[]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map(([labels, value]) => `${name}{${labels}} ${value}`)];
}
