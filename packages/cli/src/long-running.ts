import { type Clock, type Hasher, type Log, type Random, toModelyardError } from "@modelyard/base";
import { nodeHasher } from "@modelyard/store/node-hasher";
import { systemClock } from "@modelyard/store/system-clock";
import { systemRandom } from "@modelyard/store/system-random";
import { stopSignal } from "./serve/stop-signal.ts";
import { stderrLog } from "./stderr-log.ts";

/** What `serve` and `gateway` reach the world through. */
export interface ProgramIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Writes one line to standard output. */
  readonly print: (line: string) => void;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  /** Aborted when the program is to stop. */
  readonly signal: AbortSignal;
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Runs a program that serves until it is stopped: exit code 0 after a stop, 1 when it could not serve (message and hint on standard error). */
export async function runUntilStopped(program: (io: ProgramIo) => Promise<void>): Promise<number> {
  try {
    await program({
      env: process.env,
      cwd: process.cwd(),
      print: (line) => void process.stdout.write(`${line}\n`),
      log: stderrLog(),
      clock: systemClock,
      random: systemRandom,
      hasher: nodeHasher,
      signal: stopSignal(),
    });
    return 0;
  } catch (thrown) {
    const error = toModelyardError(thrown);
    const lines = [error.message, error.hint, error.kind === "defect" ? error.stack : undefined].filter((line) => line !== undefined);
    process.stderr.write(`${lines.join("\n")}\n`);
    return 1;
  }
}
