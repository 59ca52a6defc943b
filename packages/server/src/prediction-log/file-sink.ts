import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { type Log, messageOf } from "@modelyard/base";
import type { PredictionLine } from "@modelyard/model";
import { lineBytes, MAX_PENDING_BYTES, type PredictionSink } from "./sink.ts";

/** Lines wait this long for others, so that a busy server writes in blocks. */
const FLUSH_INTERVAL_MS = 50;

/**
 * Appends lines to a file, which is opened anew for every block: a log rotated by renaming or truncating goes on without a signal. A block that fails half
 * way is cut off again, so that no torn line stays; its lines count as dropped.
 */
export function fileSink(path: string, log: Log): PredictionSink {
  return new FileSink(path, log);
}

class FileSink implements PredictionSink {
  dropped = 0;
  private readonly path: string;
  private readonly log: Log;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private failing = false;

  constructor(path: string, log: Log) {
    this.path = path;
    this.log = log;
  }

  write(line: PredictionLine): void {
    const bytes = lineBytes(line);
    if (this.pendingBytes + bytes.length > MAX_PENDING_BYTES) {
      this.dropped++;
      return;
    }
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_INTERVAL_MS);
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.flush();
  }

  private flush(): Promise<void> {
    this.timer = undefined;
    this.writing = this.writing.then(() => this.writePending());
    return this.writing;
  }

  private async writePending(): Promise<void> {
    const lines = this.pending;
    this.pending = [];
    this.pendingBytes = 0;
    if (lines.length === 0) return;
    try {
      await appendBlock(this.path, Buffer.concat(lines));
      this.failing = false;
    } catch (error) {
      this.dropped += lines.length;
      // Once for each time it breaks, or a full disk fills the log too.
      if (!this.failing) this.log.warning(`the prediction log ${this.path} cannot be written and drops lines: ${messageOf(error)}`);
      this.failing = true;
    }
  }
}

async function appendBlock(path: string, block: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "a");
  try {
    const { size } = await file.stat();
    try {
      await file.appendFile(block);
    } catch (error) {
      await file.truncate(size);
      throw error;
    }
  } finally {
    await file.close();
  }
}
