import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type Clock, remoteError } from "@modelyard/base";
import type { ReplicaLauncher, RunningReplica } from "./launcher.ts";

/** Time until a replica says which port it has, which `serve` does when the model is loaded: minutes for large ones. */
const LISTEN_TIMEOUT_MS = 10 * 60_000;
/** Time a stopping replica gets for the requests it has; the server's own limit is lower. */
const STOP_TIMEOUT_MS = 15_000;
/** Lines of a replica's log that its failure shows. */
const KEPT_LINES = 20;

export interface ProcessLauncherOptions {
  /** Arguments of Node that run `serve` for a version on a free port. */
  readonly serveArguments: (version: number) => readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Pick<Clock, "sleep">;
  /** Lines that replicas write to standard error. */
  readonly onLine: (version: number, line: string) => void;
}

/** Starts replicas as processes of the same Node. */
export function processLauncher(options: ProcessLauncherOptions): ReplicaLauncher {
  return {
    async start(version, signal) {
      // A group of its own: Ctrl-C at the terminal is for the gateway, which drains before it stops its replicas.
      const args = [...options.serveArguments(version)];
      const child = spawn(process.execPath, args, { env: { ...options.env }, stdio: ["pipe", "pipe", "pipe"], detached: true });
      // Nothing is written to it; its end, which the kernel brings about even when the gateway is killed, is what ends `serve`, so that no replica is left behind.
      child.stdin.on("error", () => undefined);
      const lines = keepLines(child, (line) => options.onLine(version, line));
      const ended = endOf(child, lines);
      const onAbort = (): void => void child.kill("SIGKILL");
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        const port = await Promise.race([listeningPort(child), ended.then(failed(version)), timedOut(version, options.clock, signal)]);
        return running(child, port, ended, options.clock);
      } catch (error) {
        child.kill("SIGKILL");
        throw error;
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
  };
}

function running(child: ChildProcess, port: number, ended: Promise<string>, clock: Pick<Clock, "sleep">): RunningReplica {
  return {
    origin: `http://127.0.0.1:${port}`,
    ended,
    async stop() {
      child.kill("SIGTERM");
      const late = new AbortController();
      const killed = clock.sleep(STOP_TIMEOUT_MS, late.signal).then(
        () => void child.kill("SIGKILL"),
        () => undefined,
      );
      await ended;
      late.abort();
      await killed;
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

function endOf(child: ChildProcess, lines: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(`it could not be started: ${error.message}`));
    child.on("close", (code, signal) =>
      resolve(`it ended with ${signal ?? `status ${code}`}${lines.length === 0 ? "" : `: ${lines.join(" | ")}`}`),
    );
  });
}

function keepLines(child: ChildProcess, onLine: (line: string) => void): readonly string[] {
  const lines: string[] = [];
  createInterface({ input: child.stderr! }).on("line", (line) => {
    lines.push(line.slice(0, 500));
    if (lines.length > KEPT_LINES) lines.shift();
    onLine(line);
  });
  return lines;
}

/** The port of the line `{"event":"listening","port":N}` on standard output; later lines are read and dropped. */
function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const port = portOf(line);
      if (port !== undefined) resolve(port);
    });
  });
}

function portOf(line: string): number | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const { event, port } = JSON.parse(line) as { event?: unknown; port?: unknown };
    return event === "listening" && typeof port === "number" ? port : undefined;
  } catch {
    // Not one of ours; a log line may start with a brace too.
    return undefined;
  }
}

function failed(version: number): (how: string) => never {
  return (how) => {
    throw remoteError("REPLICA_FAILED", `the replica of version ${version} did not start: ${how}`, {
      hint: "run `modelyard serve` with the same model to see why",
    });
  };
}

async function timedOut(version: number, clock: Pick<Clock, "sleep">, signal: AbortSignal): Promise<never> {
  await clock.sleep(LISTEN_TIMEOUT_MS, signal);
  throw remoteError("REPLICA_FAILED", `the replica of version ${version} did not listen within ${LISTEN_TIMEOUT_MS / 1_000} s`);
}
