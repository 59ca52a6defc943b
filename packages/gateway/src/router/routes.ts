import type { Backend } from "./backend.ts";
import { keyFraction } from "./key-fraction.ts";

/** Where requests go. Replaced as a whole: each request sees one table from its start to its end. */
export interface Routes {
  readonly stable: Backend | null;
  readonly canary: Backend | null;
  readonly canaryPercent: number;
  readonly mirrorPercent: number;
  /** Differs from rollout to rollout, so that not always the same users try new versions. */
  readonly salt: string;
}

export const noRoutes: Routes = { stable: null, canary: null, canaryPercent: 0, mirrorPercent: 0, salt: "" };

export type TrafficRole = "stable" | "canary";

export interface Choice {
  readonly role: TrafficRole;
  readonly backend: Backend;
  /** A copy goes to the canary. */
  readonly mirror: boolean;
}

/**
 * Whose request this is. A canary without a ready replica gets nothing, its requests are the stable version's; the stable version's are never the
 * canary's, since no step allows that. Undefined: nobody can answer.
 */
export function chooseRole(routes: Routes, key: string): Choice | undefined {
  const { stable, canary } = routes;
  const position = keyFraction(key, routes.salt) * 100;
  if (canary !== null && canary.ready.length > 0 && position < routes.canaryPercent)
    return { role: "canary", backend: canary, mirror: false };
  if (stable === null || stable.ready.length === 0) return undefined;
  return { role: "stable", backend: stable, mirror: canary !== null && position < routes.mirrorPercent };
}
