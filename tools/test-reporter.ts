// Reporter of `npm test`: a line for each file, failures in full, and the totals as the last line for tools/test.ts to read.
import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";

interface FileTotals {
  passed: number;
  failed: number;
  skipped: number;
}

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const files = new Map<string, FileTotals>();
  const started = performance.now();
  for await (const event of events) {
    if (event.type === "test:pass" || event.type === "test:fail") yield* reportTest(event, files);
    if (event.type === "test:summary" && event.data.file !== undefined)
      yield fileLine(event.data.file, files.get(event.data.file), event.data.duration_ms);
  }
  const all = [...files.values()];
  const sum = (key: keyof FileTotals): number => all.reduce((total, file) => total + file[key], 0);
  yield `${files.size} test files in ${((performance.now() - started) / 1_000).toFixed(1)} s; ${sum("skipped")} skipped\n`;
  yield `tests: ${sum("passed")} passed, ${sum("failed")} failed\n`;
}

type Ended = Extract<TestEvent, { type: "test:pass" | "test:fail" }>;

function* reportTest(event: Ended, files: Map<string, FileTotals>): Generator<string> {
  // The runner reports a file as a test of its own; it counts only when it failed outside of its tests.
  const isFile = event.data.file !== undefined && event.data.name === event.data.file;
  if (event.data.details.type === "suite" && event.type === "test:pass") return;
  if (isFile && event.type === "test:pass") return;
  const path = event.data.file ?? "(unknown file)";
  const totals = files.get(path) ?? { passed: 0, failed: 0, skipped: 0 };
  files.set(path, totals);
  if (event.data.skip !== undefined && event.data.skip !== false) {
    totals.skipped++;
    yield `skipped ${shown(path)}: ${event.data.name}${typeof event.data.skip === "string" ? ` (${event.data.skip})` : ""}\n`;
  } else if (event.type === "test:pass") totals.passed++;
  else {
    totals.failed++;
    yield failureText(path, event);
  }
}

function failureText(path: string, event: Extract<TestEvent, { type: "test:fail" }>): string {
  const error = event.data.details.error;
  const cause = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : String(error.cause ?? error.message);
  return `FAILED ${shown(path)}: ${event.data.name}\n${cause.replace(/^/gm, "    ")}\n`;
}

function fileLine(path: string, totals: FileTotals | undefined, durationMs: number): string {
  // A suite that several files share is counted where it is written.
  if (totals === undefined) return `ran    ${shown(path)} (${(durationMs / 1_000).toFixed(1)} s)\n`;
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : "";
  return `${totals.failed === 0 ? "ok    " : "FAILED"} ${shown(path)}: ${totals.passed} passed${totals.failed > 0 ? `, ${totals.failed} failed` : ""}${skipped} (${(durationMs / 1_000).toFixed(1)} s)\n`;
}

function shown(path: string): string {
  return relative(process.cwd(), path);
}
