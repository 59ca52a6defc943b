import type { Log } from "@modelyard/base";

export interface LogLine {
  readonly level: "debug" | "info" | "notice" | "warning" | "group" | "progress";
  readonly message: string;
}

export interface RecordingLog extends Log {
  readonly lines: readonly LogLine[];
  /** Messages of one level. */
  of(level: LogLine["level"]): string[];
  /** All messages, one a line. */
  text(): string;
}

/** A log that keeps every line; a group is a line `title` before what its body logs. */
export function recordingLog(): RecordingLog {
  const lines: LogLine[] = [];
  const at = (level: LogLine["level"]) => (message: string) => {
    lines.push({ level, message });
  };
  return {
    debug: at("debug"),
    info: at("info"),
    notice: at("notice"),
    warning: at("warning"),
    group(title, body) {
      lines.push({ level: "group", message: title });
      return body();
    },
    progress(title, done, total, unit) {
      lines.push({ level: "progress", message: `${title} ${done}${total === undefined ? "" : `/${total}`}${unit ? ` ${unit}` : ""}` });
    },
    lines,
    of: (level) => lines.filter((line) => line.level === level).map((line) => line.message),
    text: () => lines.map((line) => line.message).join("\n"),
  };
}
