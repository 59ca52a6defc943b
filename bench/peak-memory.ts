import { readFileSync } from "node:fs";

/** The kernel keeps the high-water mark, so looking now and then loses only what grows in the last moment. */
const LOOK_EVERY_MS = 20;

export interface PeakWatch {
  /** Ends the watch; the largest resident memory of any one process of the tree in bytes, undefined where there is no /proc. */
  stop(): number | undefined;
}

/** Watches the resident memory of a process and its children, as the kernel's own high-water mark (VmHWM in /proc/PID/status). */
export function watchPeak(pid: number): PeakWatch {
  let peak: number | undefined;
  const look = (): void => {
    for (const one of treeOf(pid)) peak = Math.max(peak ?? 0, highWaterMark(one));
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return peak === 0 ? undefined : peak;
    },
  };
}

function treeOf(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(" ").map(Number).filter(Boolean);
  return [pid, ...children.flatMap(treeOf)];
}

function highWaterMark(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // A process that has ended has no file, and neither has a system without /proc.
    return "";
  }
}
