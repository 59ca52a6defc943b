import { userError } from "@modelyard/base";

/** What the runner sends on cancellation: SIGINT, 7.5 s later SIGTERM. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** A signal that is aborted when the job is cancelled; a second request of the same kind ends the process at once. */
export function cancellation(): AbortSignal {
  const controller = new AbortController();
  for (const name of SIGNALS) process.once(name, () => controller.abort(userError("CANCELLED", `cancelled (${name})`)));
  return controller.signal;
}
