/** Port of the log. Only adapters and use cases take it; pure code returns data. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  /** The one-line result of a step. */
  notice(message: string): void;
  /** Degraded but continuing: says what was lost. */
  warning(message: string): void;
  /** Runs `body` inside a named, foldable group. */
  group<T>(title: string, body: () => Promise<T>): Promise<T>;
  /** Progress of long work; implementations throttle to one line each 5 s, or draw a bar. `total` undefined when unknown. */
  progress(title: string, done: number, total: number | undefined, unit?: string): void;
}

/** A log that keeps nothing. */
export const silentLog: Log = {
  debug() {},
  info() {},
  notice() {},
  warning() {},
  group: (_title, body) => body(),
  progress() {},
};
