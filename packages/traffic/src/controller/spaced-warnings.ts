import type { Clock, Log } from "@modelyard/base";

/** Between two warnings with the same words: a yard that is away would else fill the log, tick by tick. */
const REPEAT_MS = 60_000;

/** Says warnings, the same one again only after a minute. */
export function spacedWarnings(log: Pick<Log, "warning">, clock: Pick<Clock, "monotonic">): (text: string) => void {
  let last: { readonly text: string; readonly atMs: number } | undefined;
  return (text) => {
    const atMs = clock.monotonic();
    if (last?.text === text && atMs - last.atMs < REPEAT_MS) return;
    last = { text, atMs };
    log.warning(text);
  };
}
