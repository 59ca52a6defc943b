import { gzipSync } from "node:zlib";
import { predictionHour, predictionKey } from "@modelyard/model";
import type { Yard } from "@modelyard/store";

/** Writes one segment of a version's prediction log, begun at `timeMs`; texts stand as they are, other lines as JSON. */
export async function writeSegment(
  yard: Yard,
  segment: { model: string; version: number; timeMs: number; name: string },
  lines: readonly (object | string)[],
): Promise<void> {
  const { model, version, timeMs, name } = segment;
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  await yard.store.putIfAbsent(predictionKey(model, version, predictionHour(timeMs), name), gzipSync(text));
}
