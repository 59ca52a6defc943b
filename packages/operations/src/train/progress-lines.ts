import { formatDuration, type Log } from "@modelyard/base";
import type { RunEvent } from "@modelyard/lineage";

/** Values shown on one line; a training that records more has them all in its record. */
const MAX_VALUES = 6;

/** Shows one event of the training run in the waiting job's log. */
export function showEvent(event: RunEvent, log: Log): void {
  switch (event.type) {
    case "started":
      log.info(`training started on ${hardwareText(event)}`);
      return;
    case "progress":
      log.progress("training", event.step, event.total);
      log.info(
        [stepText(event), event.message, valuesText(event.values ?? {})].filter((part) => part !== undefined && part !== "").join(": "),
      );
      return;
    case "metrics":
      log.info(`metrics: ${valuesText(event.values)}`);
      return;
    case "checkpoint":
      log.info(`checkpoint at step ${event.step}`);
      return;
    case "artifact":
      log.debug(`artifact ${event.artifact.name} (${event.artifact.role})`);
      return;
    case "finished":
      log.info(
        `training ${event.outcome} after ${formatDuration(event.durationMs)}${event.reason === undefined ? "" : `: ${event.reason}`}`,
      );
  }
}

/** `step 3 of 40 (8 %)`. */
export function stepText(progress: { readonly step: number; readonly total?: number | undefined }): string {
  const { step, total } = progress;
  return total === undefined || total <= 0 ? `step ${step}` : `step ${step} of ${total} (${Math.floor((100 * step) / total)} %)`;
}

/** `loss 0.123, accuracy 0.98`. */
export function valuesText(values: Readonly<Record<string, string | number | boolean | null>>): string {
  const all = Object.entries(values);
  const shown = all
    .slice(0, MAX_VALUES)
    .map(([name, value]) => `${name} ${typeof value === "number" ? Number(value.toPrecision(5)) : String(value)}`);
  if (all.length > MAX_VALUES) shown.push(`and ${all.length - MAX_VALUES} more`);
  return shown.join(", ");
}

function hardwareText({ hardware }: Extract<RunEvent, { type: "started" }>): string {
  const gpus = hardware.gpus.map((gpu) => gpu.name);
  return [`${hardware.cores} cores of ${hardware.cpu}`, ...gpus].join(", ");
}
