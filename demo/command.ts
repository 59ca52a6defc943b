import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const CLI = join(root, "packages", "cli", "src", "main.ts");
/** No step of the demo takes a minute; a longer one hangs. */
const TIMEOUT_MS = 120_000;

/** What one call of the command line gave. */
export interface CommandResult {
  readonly exitCode: number;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Standard error: the log. */
  readonly log: string;
  readonly durationMs: number;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Called with each line of the log as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Starts `modelyard <args>` as a user would, without waiting. */
export function startModelyard(args: readonly string[], options: CommandOptions): ChildProcess {
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", CLI, ...args], {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Runs `modelyard <args> --json` to its end. */
export async function modelyard(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const started = performance.now();
  const child = startModelyard([...args, "--json"], options);
  child.stdin?.end();
  let output = "";
  let log = "";
  let partial = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log += text;
    partial += text;
    const lines = partial.split("\n");
    partial = lines.pop() ?? "";
    for (const line of lines) options.onLine?.(line);
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
  const exitCode = await new Promise<number>((done, failed) => {
    child.on("error", failed);
    child.on("close", (code) => done(code ?? 137));
  });
  clearTimeout(timer);
  const outputs = output.trim() === "" ? {} : (JSON.parse(output) as Record<string, unknown>);
  return { exitCode, outputs, log, durationMs: performance.now() - started };
}
