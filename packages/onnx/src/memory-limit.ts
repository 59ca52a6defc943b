import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const PRLIMIT = ["/usr/bin/prlimit", "/bin/prlimit"];
/** Between two looks at a child's memory; a bomb fills about 100 MiB in that time. */
export const WATCH_INTERVAL_MS = 25;

/** Memory of a process in bytes: pages present, and all writable private mappings (which RLIMIT_DATA counts). */
export interface ProcessMemory {
  readonly resident: number;
  readonly writable: number;
}

/** Memory of a process; undefined where the platform does not tell (only Linux does, by /proc) and for a process that has ended. */
export async function processMemory(pid: number): Promise<ProcessMemory | undefined> {
  if (process.platform !== "linux") return undefined;
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
    return { resident: kib("VmRSS") * 1024, writable: kib("VmData") * 1024 };
  } catch {
    // The process has ended; its exit is reported elsewhere.
    return undefined;
  }
}

/**
 * Lets a running process map `writableBytes` of private memory at most (RLIMIT_DATA, by util-linux's prlimit), and write no core; false where that is not to
 * be had, so that the watch alone guards it. RLIMIT_AS would count address space that V8 reserves and never uses.
 */
export async function limitMemory(pid: number, writableBytes: number): Promise<boolean> {
  const prlimit = process.platform === "linux" ? PRLIMIT.find((path) => existsSync(path)) : undefined;
  if (prlimit === undefined) return false;
  try {
    await promisify(execFile)(prlimit, ["--pid", String(pid), `--data=${writableBytes}`, "--core=0"], { env: {} });
    return true;
  } catch {
    // A container may forbid it; the watch stays.
    return false;
  }
}
