import { type Clock, formatProgress, type Log, plainLineOf, plainText, progressLines } from "@modelyard/base";

/** A frame each 100 ms looks alive and costs nothing. */
const FRAME_INTERVAL_MS = 100;
const BAR_CELLS = 24;
const CLEAR_LINE = "\r\u001b[2K";

export interface Terminal {
  write(text: string): void;
  /** True where a line can be drawn again. */
  readonly isInteractive: boolean;
  readonly columns: number;
}

export interface TerminalLog extends Log {
  /** Removes a bar that is still drawn. */
  end(): void;
}

/** The log of the command line: on standard error, groups indented, a progress bar on a terminal and a line each 5 s elsewhere. */
export function terminalLog(
  terminal: Terminal,
  clock: Pick<Clock, "monotonic">,
  options: { redact: (text: string) => string; debug: boolean },
): TerminalLog {
  let depth = 0;
  let isBarDrawn = false;
  let lastFrame = Number.NEGATIVE_INFINITY;
  const clear = (): void => {
    if (isBarDrawn) terminal.write(CLEAR_LINE);
    isBarDrawn = false;
  };
  const print = (prefix: string, message: string): void => {
    clear();
    const indent = "  ".repeat(depth);
    terminal.write(`${indent}${prefix}${plainText(options.redact(message)).replace(/\n/g, `\n${indent}`)}\n`);
  };
  const lines = progressLines(clock, (line) => print("", line));
  const drawBar: Log["progress"] = (title, done, total, unit) => {
    const now = clock.monotonic();
    const isEnd = total !== undefined && done >= total;
    if (!isEnd && now - lastFrame < FRAME_INTERVAL_MS) return;
    lastFrame = now;
    clear();
    if (isEnd) return;
    terminal.write(barText(plainLineOf(options.redact(title)), done, total, unit, terminal.columns));
    isBarDrawn = true;
  };
  return {
    debug: (message) => {
      if (options.debug) print("debug: ", message);
    },
    info: (message) => print("", message),
    notice: (message) => print("", message),
    warning: (message) => print("warning: ", message),
    progress: terminal.isInteractive ? drawBar : lines,
    async group(title, body) {
      print("", title);
      depth++;
      try {
        return await body();
      } finally {
        clear();
        depth--;
      }
    },
    end: clear,
  };
}

function barText(title: string, done: number, total: number | undefined, unit: string | undefined, columns: number): string {
  const text = formatProgress(title, done, total, unit);
  const filled = total === undefined || total <= 0 ? 0 : Math.floor((BAR_CELLS * Math.min(done, total)) / total);
  const bar = total === undefined ? "" : `[${"#".repeat(filled)}${"-".repeat(BAR_CELLS - filled)}] `;
  return `${bar}${text}`.slice(0, Math.max(1, columns - 1));
}
