import type { ServingRole } from "@modelyard/model";
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Seconds; from a tenth of a millisecond, which a small model takes, to the default time limit. */
const LATENCY_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ROW_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096];

export interface RequestLabels {
  readonly model: string;
  readonly version: number;
  readonly role: ServingRole;
}

/** What the server counts, for Prometheus; one registry each, so that several servers live in one process. */
export class ServerMetrics {
  private readonly registry = new Registry();
  private readonly requests = new Counter({
    name: "modelyard_requests_total",
    help: "Inference requests answered, by HTTP status",
    labelNames: ["model", "version", "role", "code"] as const,
    registers: [this.registry],
  });
  private readonly latency = new Histogram({
    name: "modelyard_request_duration_seconds",
    help: "Time from the request's headers to its answer, of answers below 500",
    labelNames: ["model", "version", "role"] as const,
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
  });
  private readonly rows = new Histogram({
    name: "modelyard_batch_rows",
    help: "Rows of a batch that was run",
    labelNames: ["model", "version"] as const,
    buckets: ROW_BUCKETS,
    registers: [this.registry],
  });
  private readonly coalesced = new Counter({
    name: "modelyard_batch_requests_total",
    help: "Requests that were run, in batches; with modelyard_batch_rows_count gives requests per batch",
    labelNames: ["model", "version"] as const,
    registers: [this.registry],
  });

  /** `queue` tells how many requests wait now, and `dropped` how many lines of the prediction log were lost. */
  constructor(queue: () => Iterable<{ model: string; version: number; waiting: number }>, dropped: () => number) {
    new Gauge({
      name: "modelyard_queue_requests",
      help: "Requests that wait for their turn",
      labelNames: ["model", "version"] as const,
      registers: [this.registry],
      collect() {
        for (const { model, version, waiting } of queue()) this.set({ model, version }, waiting);
      },
    });
    new Gauge({
      name: "modelyard_prediction_log_dropped_lines",
      help: "Lines of the prediction log lost since the start because the sink failed or was slow",
      registers: [this.registry],
      collect() {
        this.set(dropped());
      },
    });
  }

  answered(labels: RequestLabels, code: number, durationMs: number): void {
    this.requests.inc({ ...labels, code });
    if (code < 500) this.latency.observe({ ...labels }, durationMs / 1000);
  }

  ran(model: string, version: number, batch: { readonly requests: number; readonly rows: number }): void {
    this.rows.observe({ model, version }, batch.rows);
    this.coalesced.inc({ model, version }, batch.requests);
  }

  async text(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }
}
