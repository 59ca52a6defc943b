import { formatBytes } from "./bytes.ts";
import type { Clock } from "./clock.ts";

/** A line each 5 s shows life in a log without filling it. */
const PROGRESS_INTERVAL_MS = 5_000;

/** `files: 12 of 40 (30%)`; bytes as people read them when the unit is `bytes`. */
export function formatProgress(title: string, done: number, total: number | undefined, unit?: string): string {
  const amount = (value: number): string => (unit === "bytes" ? formatBytes(value) : String(value));
  const suffix = unit === undefined || unit === "bytes" ? "" : ` ${unit}`;
  if (total === undefined) return `${title}: ${amount(done)}${suffix}`;
  const percent = total > 0 ? Math.floor((100 * done) / total) : 100;
  return `${title}: ${amount(done)} of ${amount(total)}${suffix} (${percent}%)`;
}

/** A progress port that writes at most one line each 5 s, and one at the end of work that wrote before. */
export function progressLines(
  clock: Pick<Clock, "monotonic">,
  write: (line: string) => void,
): (title: string, done: number, total: number | undefined, unit?: string) => void {
  let last = clock.monotonic();
  let open: string | undefined;
  return (title, done, total, unit) => {
    const now = clock.monotonic();
    const isEnd = total !== undefined && done >= total;
    if (isEnd ? open !== title : now - last < PROGRESS_INTERVAL_MS) return;
    last = now;
    open = isEnd ? undefined : title;
    write(formatProgress(title, done, total, unit));
  };
}
