import { rateSequence } from "@modelyard/stats";
import { type GateResult, percentOf } from "../gate.ts";

/** A rate that must stay below a limit. */
export interface RateGate {
  readonly gate: "agreement" | "error-limit" | "latency-limit";
  readonly bad: number;
  readonly of: number;
  readonly limit: number;
  /** Said in front of the figures: `answers differ`. */
  readonly noun: string;
  /** Said after the figures: `3 lost`. */
  readonly note?: string;
}

/**
 * Fails when the whole confidence sequence of the rate lies above the limit; inconclusive when nothing was seen, or the rate seen is above the
 * limit but could be chance; else passes.
 */
export function judgeRateGate(gate: RateGate, alpha: number): GateResult {
  const { low, high } = rateSequence({ successes: gate.bad, failures: gate.of - gate.bad }, alpha);
  const note = gate.note === undefined ? "" : `, ${gate.note}`;
  const bounds = gate.of === 0 ? "" : ` (${percentOf(gate.bad, gate.of)}, between ${percentOf(low, 1)} and ${percentOf(high, 1)})`;
  const reason = `${gate.bad} of ${gate.of} ${gate.noun}${bounds}, limit ${percentOf(gate.limit, 1)}${note}`;
  const verdict = gate.of === 0 ? "inconclusive" : low > gate.limit ? "fail" : gate.bad / gate.of > gate.limit ? "inconclusive" : "pass";
  return { gate: gate.gate, verdict, reason, evidence: null, needed: null };
}
