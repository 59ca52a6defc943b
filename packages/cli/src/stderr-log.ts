import { formatDuration, type Log } from "@modelyard/base";

/** A log for services: one line each on standard error, with the time in UTC. */
export function stderrLog(write: (line: string) => void = (line) => void process.stderr.write(line)): Log {
  const line = (level: string, message: string): void =>
    write(`${new Date().toISOString()} ${level} ${message.replaceAll("\n", "\n  ")}\n`);
  return {
    debug() {},
    info: (message) => line("info", message),
    notice: (message) => line("info", message),
    warning: (message) => line("warning", message),
    async group(title, body) {
      const startedMs = performance.now();
      line("info", title);
      const result = await body();
      line("info", `${title}: done in ${formatDuration(performance.now() - startedMs)}`);
      return result;
    },
    progress() {},
  };
}
