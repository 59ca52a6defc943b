import { spawn } from "node:child_process";

export interface Usage {
  /** User and system CPU seconds of the process and of what it waited for. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

// `times` of a POSIX shell prints, on its second line, the user and system time of the children it has waited for.
const SCRIPT = '"$@"; code=$?; times >&3; exit $code';

/** Runs a program and measures the CPU time of its process tree. */
export function measure(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>>; onStart?: (pid: number) => void } = {},
): Promise<Usage> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    let report = "";
    let stdout = "";
    let stderr = "";
    const child = spawn("sh", ["-c", SCRIPT, "sh", command, ...args], {
      cwd: options.cwd,
      env: { PATH: process.env["PATH"] ?? "", ...options.env },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
    child.stdout?.on("data", (chunk: Buffer) => {
      stdout += chunk.toString("utf8");
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr += chunk.toString("utf8");
    });
    child.stdio[3]?.on("data", (chunk: Buffer) => {
      report += chunk.toString("utf8");
    });
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ cpuSeconds: childrenSeconds(report), wallSeconds: (performance.now() - start) / 1_000, code, stdout, stderr }),
    );
  });
}

function childrenSeconds(report: string): number {
  const times = [...(report.trim().split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  return times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
