import { fstatSync } from "node:fs";

/**
 * Aborted by SIGTERM, SIGINT, or the end of standard input where that is a pipe: then whoever started the server is gone. A container's standard input is
 * /dev/null, which is always at its end and says nothing.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  if (isPiped()) {
    process.stdin.on("error", stop).on("end", stop).on("close", stop).resume();
    // Waiting for its end must not keep a finished process alive.
    (process.stdin as { unref?: () => void }).unref?.();
  }
  return controller.signal;
}

function isPiped(): boolean {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket();
  } catch {
    // Standard input is closed: nobody holds the other end.
    return false;
  }
}
