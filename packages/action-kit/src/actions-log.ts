import * as core from "@actions/core";
import { type Clock, type Log, plainLineOf, plainText, progressLines } from "@modelyard/base";

/** The log of a workflow step. `redact` removes secrets that the platform's masking could miss. */
export function actionsLog(clock: Pick<Clock, "monotonic">, redact: (text: string) => string): Log {
  const safe = (message: string): string => plainText(redact(message));
  let depth = 0;
  return {
    debug: (message) => core.debug(safe(message)),
    info: (message) => core.info(safe(message)),
    notice: (message) => core.notice(safe(message)),
    warning: (message) => core.warning(safe(message)),
    progress: progressLines(clock, (line) => core.info(safe(line))),
    async group(title, body) {
      const line = plainLineOf(redact(title));
      // The runner does not nest groups: an inner one would end the outer one early.
      if (depth > 0) core.info(line);
      else core.startGroup(line);
      depth++;
      try {
        return await body();
      } finally {
        depth--;
        if (depth === 0) core.endGroup();
      }
    },
  };
}
