import type { PredictionLine } from "@modelyard/model";

/** Port of the prediction log. Serving never waits for it: what a sink cannot take it drops and counts. */
export interface PredictionSink {
  /** Takes one line; never blocks, never throws. */
  write(line: PredictionLine): void;
  /** Lines lost so far. */
  readonly dropped: number;
  /** Writes what is left and releases everything. */
  close(): Promise<void>;
}

/** Bytes of lines that a sink holds while it cannot write; beyond it lines are dropped. */
export const MAX_PENDING_BYTES = 32 * 1024 ** 2;

/** A line of the log as its bytes, newline included. */
export function lineBytes(line: PredictionLine): Buffer {
  return Buffer.from(`${JSON.stringify(line)}\n`);
}

/** Both sinks get every line. */
export function teeSink(sinks: readonly PredictionSink[]): PredictionSink {
  return {
    write(line) {
      for (const sink of sinks) sink.write(line);
    },
    get dropped() {
      return sinks.reduce((sum, sink) => sum + sink.dropped, 0);
    },
    async close() {
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}
