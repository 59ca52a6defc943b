import { type ChildProcess, spawn } from "node:child_process";

export interface ProcessResult {
  /** Exit status; null when a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

export interface ProcessOptions {
  readonly cwd?: string | undefined;
  /** Added to the minimal environment (PATH, HOME, TMPDIR, LANG); nothing else of the test's own environment leaks in. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly stdin?: string | undefined;
  /** Kills the whole process group after this long; default 60,000. */
  readonly timeoutMs?: number | undefined;
  readonly onStdout?: ((text: string) => void) | undefined;
  readonly onStderr?: ((text: string) => void) | undefined;
}

export interface RunningProcess {
  readonly pid: number;
  readonly result: Promise<ProcessResult>;
  /** Signals the process and everything it started. */
  kill(signal?: NodeJS.Signals): void;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const INHERITED = ["PATH", "HOME", "TMPDIR", "LANG"] as const;

/** The environment of a child: PATH, HOME, TMPDIR and LANG of this process, and `env`. */
export function isolatedEnvironment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) result[name] = value;
  }
  return { ...result, ...env };
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // ESRCH: the group is gone already, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Starts a program in its own process group, with captured output, an isolated environment and a time limit. */
export function startProcess(command: string, args: readonly string[], options: ProcessOptions = {}): RunningProcess {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: isolatedEnvironment(options.env),
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  let stdout = "";
  let stderr = "";
  let timedOut = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    options.onStdout?.(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    options.onStderr?.(text);
  });
  // A child that ends before it has read its input breaks the pipe; its exit status tells the story.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child, "SIGKILL");
  }, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const result = new Promise<ProcessResult>((resolve, reject) => {
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr, timedOut });
    });
  });
  return { pid: child.pid ?? -1, result, kill: (signal = "SIGTERM") => killGroup(child, signal) };
}

/** Runs a program to its end. */
export function runProcess(command: string, args: readonly string[], options: ProcessOptions = {}): Promise<ProcessResult> {
  return startProcess(command, args, options).result;
}
