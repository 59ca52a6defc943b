import type { Operation } from "./operations.ts";

/** What goes wrong with one request. Those named `late` or `lost` take effect first. */
export type Fault =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "reset" }
  | { readonly kind: "late-status"; readonly status: number }
  | { readonly kind: "lost-reply" }
  | { readonly kind: "truncated" }
  | { readonly kind: "redirect"; readonly status: 301 | 302 | 307 | 308 }
  /** The secondary limit; without `retryAfterSeconds` no header says how long. */
  | { readonly kind: "secondary-limit"; readonly status?: 403 | 429; readonly retryAfterSeconds?: number }
  /** The hourly limit, over until `resetSeconds` from now (negative: a reset in the past). */
  | { readonly kind: "primary-limit"; readonly status?: 403 | 429; readonly resetSeconds: number };

export interface FaultRule {
  readonly fault: Fault;
  /** Undefined: any operation. */
  readonly operation?: Operation | undefined;
  /** How many requests it hits; default 1. */
  readonly times?: number | undefined;
}

export interface Faults {
  add(rule: FaultRule): void;
  /** The fault for a request, used up by it. */
  take(operation: Operation): Fault | undefined;
  readonly pending: number;
}

export function faults(): Faults {
  const rules: { rule: FaultRule; left: number }[] = [];
  return {
    add(rule) {
      rules.push({ rule, left: rule.times ?? 1 });
    },
    take(operation) {
      const found = rules.find((entry) => entry.left > 0 && (entry.rule.operation === undefined || entry.rule.operation === operation));
      if (!found) return undefined;
      found.left--;
      return found.rule.fault;
    },
    get pending() {
      return rules.reduce((sum, entry) => sum + entry.left, 0);
    },
  };
}
