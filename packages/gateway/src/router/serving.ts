import type { ServerResponse } from "node:http";
import type { Mirror } from "../mirror/mirror.ts";
import type { PairCounter } from "../mirror/pair-counter.ts";
import type { Totals } from "../observe/totals.ts";
import { refuse } from "./answers.ts";
import type { Routes } from "./routes.ts";

export interface ProxyLimits {
  /** Time for a replica's answer to begin. */
  readonly timeoutMs: number;
  /** Largest request body. */
  readonly maxBodyBytes: number;
  /** Bodies held at once, all requests together. */
  readonly maxHeldBytes: number;
}

export const DEFAULT_PROXY_LIMITS: ProxyLimits = { timeoutMs: 30_000, maxBodyBytes: 32 * 1024 * 1024, maxHeldBytes: 512 * 1024 * 1024 };

/** What serving a request needs. */
export interface Serving {
  routes(): Routes;
  readonly mirror: Mirror;
  readonly pairs: PairCounter;
  readonly totals: Totals;
  readonly limits: ProxyLimits;
  newId(): string;
  heldBytes: number;
}

/** Says that nobody can answer now, and when to come back. */
export function unavailable(serving: Pick<Serving, "totals">, response: ServerResponse, why: string): void {
  serving.totals.failed++;
  serving.totals.unavailable++;
  response.setHeader("retry-after", "1");
  refuse(response, 503, why);
}
