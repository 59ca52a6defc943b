import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Clock, type Log, messageOf, newUlid, type Random } from "@modelyard/base";
import { type PredictionLine, predictionHour, predictionKey } from "@modelyard/model";
import { lineBytes, MAX_PENDING_BYTES, type PredictionSink } from "./sink.ts";

const compress = promisify(gzip);

export interface YardSinkOptions {
  /** Stores one object that nobody has under this key; a yard's `store.putIfAbsent`. */
  readonly put: (key: string, bytes: Uint8Array) => Promise<unknown>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** A segment is stored when it has this many bytes (before gzip) ... */
  readonly segmentBytes?: number | undefined;
  /** ... or is this old. */
  readonly segmentMs?: number | undefined;
}

/** About 100 KiB compressed: few objects, and little lost when the process dies. */
const SEGMENT_BYTES = 1024 ** 2;
/** How late monitoring sees a quiet model's predictions. */
const SEGMENT_MS = 60_000;
/** A store that is away for a moment costs nothing; one that stays away costs its lines, not the server's memory. */
const RETRY_DELAYS_MS = [500, 2_000, 10_000];

interface Segment {
  readonly model: string;
  readonly version: number;
  readonly hour: string;
  readonly startedMs: number;
  readonly lines: Buffer[];
  bytes: number;
}

/** Stores lines as gzip segments `predictions/<model>/<version>/<hour>/<ulid>.jsonl.gz`, by size, by age, at the turn of the hour and at the end. */
export function yardSink(options: YardSinkOptions): PredictionSink {
  return new YardSink(options);
}

class YardSink implements PredictionSink {
  dropped = 0;
  private readonly options: YardSinkOptions;
  private readonly open = new Map<string, Segment>();
  private readonly storing = new Set<Promise<void>>();
  private readonly closing = new AbortController();
  private readonly ageing: Promise<void>;
  private pendingBytes = 0;

  constructor(options: YardSinkOptions) {
    this.options = options;
    this.ageing = this.watchAge();
  }

  write(line: PredictionLine): void {
    const bytes = lineBytes(line);
    if (this.pendingBytes + bytes.length > MAX_PENDING_BYTES) {
      this.dropped++;
      return;
    }
    this.pendingBytes += bytes.length;
    const hour = predictionHour(Date.parse(line.time));
    const key = `${line.model}/${line.version}/${hour}`;
    let segment = this.open.get(key);
    if (!segment) {
      segment = { model: line.model, version: line.version, hour, startedMs: this.options.clock.monotonic(), lines: [], bytes: 0 };
      this.open.set(key, segment);
    }
    segment.lines.push(bytes);
    segment.bytes += bytes.length;
    if (segment.bytes >= (this.options.segmentBytes ?? SEGMENT_BYTES)) this.seal(key, segment);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.ageing;
    for (const [key, segment] of this.open) this.seal(key, segment);
    await Promise.all(this.storing);
  }

  private async watchAge(): Promise<void> {
    const { clock, segmentMs = SEGMENT_MS } = this.options;
    while (!this.closing.signal.aborted) {
      try {
        await clock.sleep(segmentMs / 4, this.closing.signal);
      } catch {
        // Aborted: close() stores what is left.
        return;
      }
      const hour = predictionHour(clock.now());
      for (const [key, segment] of this.open) {
        if (segment.hour !== hour || clock.monotonic() - segment.startedMs >= segmentMs) this.seal(key, segment);
      }
    }
  }

  private seal(key: string, segment: Segment): void {
    this.open.delete(key);
    const task: Promise<void> = this.store(segment).finally(() => this.storing.delete(task));
    this.storing.add(task);
  }

  private async store(segment: Segment): Promise<void> {
    const { clock, random, log, put } = this.options;
    const key = predictionKey(segment.model, segment.version, segment.hour, newUlid(clock.now(), random));
    try {
      const bytes = await compress(Buffer.concat(segment.lines));
      await this.putWithRetry(() => put(key, bytes));
    } catch (error) {
      this.dropped += segment.lines.length;
      log.warning(
        `${segment.lines.length} lines of the prediction log of ${segment.model}@${segment.version} are lost: ${messageOf(error)}`,
      );
    }
    this.pendingBytes -= segment.bytes;
  }

  /** The key is fresh, so that a repeated put changes nothing. While closing there is no time to wait. */
  private async putWithRetry(put: () => Promise<unknown>): Promise<void> {
    for (const delayMs of RETRY_DELAYS_MS) {
      try {
        await put();
        return;
      } catch (error) {
        if (this.closing.signal.aborted) throw error;
      }
      // Waiting ends early when the server stops; one last attempt follows.
      await this.options.clock.sleep(delayMs, this.closing.signal).catch(() => undefined);
    }
    await put();
  }
}
