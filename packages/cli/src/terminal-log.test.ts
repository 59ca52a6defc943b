import assert from "node:assert/strict";
import { test } from "node:test";
import { terminalLog } from "./terminal-log.ts";

function record(
  isInteractive: boolean,
  debug = false,
): { log: ReturnType<typeof terminalLog>; text: () => string; advance: (durationMs: number) => void } {
  const written: string[] = [];
  let now = 0;
  const terminal = { write: (part: string) => written.push(part), isInteractive, columns: 40 };
  const log = terminalLog(terminal, { monotonic: () => now }, { redact: (line) => line.replaceAll("secret", "***"), debug });
  const advance = (durationMs: number): void => {
    now += durationMs;
  };
  return { log, text: () => written.join(""), advance };
}

test("groups indent, secrets and control characters do not come through", async () => {
  const { log, text } = record(false);
  await log.group("Read", async () => {
    log.info("one\ntwo \u001b[2J");
    await log.group("Deep", async () => log.warning("::error::a secret"));
  });
  log.debug("unseen");
  assert.equal(text(), "Read\n  one\n  two \\u{1b}[2J\n  Deep\n    warning: ::error::a ***\n".replace("warning: ::", "warning: : :"));
});

test("off a terminal, progress is a line each 5 s", () => {
  const { log, text, advance } = record(false);
  for (let done = 0; done < 100; done++) {
    log.progress("files", done, 100);
    advance(1_000);
  }
  log.progress("files", 100, 100);
  assert.equal(text().split("\n").length - 1, 20);
  assert.match(text(), /^files: 5 of 100 \(5%\)\n/);
  assert.match(text(), /files: 100 of 100 \(100%\)\n$/);
});

test("on a terminal, a bar is drawn over itself, fits the width, and is gone at the end", () => {
  const { log, text, advance } = record(true);
  log.progress("a rather long title of the work", 1, 4, "bytes");
  advance(50);
  log.progress("a rather long title of the work", 2, 4, "bytes");
  advance(100);
  log.progress("a rather long title of the work", 3, 4, "bytes");
  log.info("done");
  log.end();
  const frames = text().split("\r\u001b[2K");
  assert.equal(frames.length, 3);
  assert.equal(frames[0], "[######------------------] a rather lon");
  assert.equal(frames[2], "done\n");
});

test("a group that fails restores the indentation", async () => {
  const { log, text } = record(false, true);
  await assert.rejects(log.group("Phase", () => Promise.reject(new Error("x"))));
  log.debug("after");
  assert.equal(text(), "Phase\ndebug: after\n");
});
