import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { messageOf, userError } from "@modelyard/base";
import { type PredictionLine, parsePredictionLine, predictionHour, predictionPrefix } from "@modelyard/model";
import type { Yard } from "@modelyard/store";

const HOUR_MS = 3_600_000;
/** A window of a quarter of a year; a longer one is a misspelt duration. */
const MAX_HOURS = 24 * 92;
/** A request of a large batch fits; a longer line is damage. */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;
/** What one segment may unpack to; the server starts a new one long before. */
const MAX_SEGMENT_BYTES = 2 * 1024 ** 3;
const NAMED_PROBLEMS = 5;

export interface LogWindow {
  readonly model: string;
  readonly version: number;
  /** Milliseconds since 1970; lines of [from, to] count. */
  readonly from: number;
  readonly to: number;
}

/** What was wrong with a log, counted, the first few named. */
export class LogProblems {
  count = 0;
  readonly named: string[] = [];

  add(where: string, cause: unknown): void {
    this.count++;
    if (this.named.length < NAMED_PROBLEMS) this.named.push(`${where}: ${messageOf(cause)}`);
  }
}

/**
 * Lines of a version's prediction log in a window (both ends included), streamed segment by segment. A line that is none, or of another version, is counted in `problems` and left out; a
 * segment cut short gives what it holds and one problem. Throws MONITOR_WINDOW, STORE_*.
 */
export async function* readWindow(
  yard: Yard,
  window: LogWindow,
  problems: LogProblems,
  signal: AbortSignal,
): AsyncGenerator<PredictionLine> {
  for (const hour of hoursOf(window)) {
    for await (const { key } of yard.store.list(predictionPrefix(window.model, window.version, hour), { signal })) {
      if (!key.endsWith(".jsonl.gz")) continue;
      yield* readSegment(yard, key, window, problems, signal);
    }
  }
}

function hoursOf({ from, to }: LogWindow): string[] {
  // A segment bears the hour in which it was begun, and may hold lines of the next.
  const first = Math.floor(from / HOUR_MS) - 1;
  const count = Math.floor(to / HOUR_MS) + 1 - first;
  if (count > MAX_HOURS)
    throw userError("MONITOR_WINDOW", `the window has ${count} hours; ${MAX_HOURS} are allowed`, "shorten `window`, for example 24h");
  return Array.from({ length: Math.max(0, count) }, (_, i) => predictionHour((first + i) * HOUR_MS));
}

async function* readSegment(
  yard: Yard,
  key: string,
  window: LogWindow,
  problems: LogProblems,
  signal: AbortSignal,
): AsyncGenerator<PredictionLine> {
  const bytes = await yard.store.read(key, { signal });
  if (bytes === undefined) return;
  let number = 0;
  try {
    for await (const text of linesOf(bytes)) {
      number++;
      const line = readLine(text, `${key}, line ${number}`, window, problems);
      if (line !== undefined) yield line;
    }
  } catch (cause) {
    signal.throwIfAborted();
    problems.add(`${key} after line ${number}`, cause);
  }
}

function readLine(text: string, where: string, window: LogWindow, problems: LogProblems): PredictionLine | undefined {
  let line: PredictionLine;
  try {
    line = parsePredictionLine(text, "the line");
  } catch (cause) {
    problems.add(where, cause);
    return undefined;
  }
  if (line.model !== window.model || line.version !== window.version) {
    problems.add(where, `it is of ${line.model}@${line.version}`);
    return undefined;
  }
  const time = Date.parse(line.time);
  return time >= window.from && time <= window.to ? line : undefined;
}

/** Unpacked lines without their ends. Throws on damage, and past the limits. */
async function* linesOf(packed: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // The failure reaches the loop below through the stream itself.
  const unpacked = pipeline(Readable.from(packed), createGunzip(), () => undefined);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  let size = 0;
  for await (const chunk of unpacked as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_SEGMENT_BYTES) throw new RangeError("it unpacks to more than 2 GiB");
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    if (rest.length > MAX_LINE_CHARACTERS) throw new RangeError("it has a line of more than 16 MiB");
    for (const line of lines) if (line !== "") yield line;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
