import type { StageEvent } from "@modelyard/lineage";

/**
 * The version that production had before the one it has, by its history: promotions put versions on a pile, rollbacks take them off, so that rolling
 * back twice goes two versions back and never to what was rolled back. Undefined: there is none.
 */
export function previousVersion(history: readonly Pick<StageEvent, "version" | "by">[]): number | undefined {
  const pile: number[] = [];
  for (const { version, by } of history) {
    if (version === null) continue;
    const at = by === "rollback" ? pile.lastIndexOf(version) : -1;
    if (at >= 0) pile.length = at + 1;
    else pile.push(version);
  }
  return pile.at(-2);
}
