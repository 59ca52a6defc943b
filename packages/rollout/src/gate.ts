import type { ShareTestState } from "@modelyard/stats";
import { z } from "zod";

export const gateVerdictSchema = z.enum(["pass", "inconclusive", "fail"]);
export type GateVerdict = z.infer<typeof gateVerdictSchema>;

export const gateResultSchema = z.strictObject({
  gate: z.enum(["evidence", "errors", "rejections", "latency", "agreement", "error-limit", "latency-limit", "availability"]),
  verdict: gateVerdictSchema,
  /** The figures behind the verdict, in one sentence. */
  reason: z.string(),
  /** E-value of the test and the value at which it fails; null for gates without one. Values above 1e12 are written as 1e12. */
  evidence: z.number().nullable(),
  needed: z.number().nullable(),
});
/** One gate's word on a step so far. */
export type GateResult = z.infer<typeof gateResultSchema>;

const shareTestSchema: z.ZodType<ShareTestState, ShareTestState> = z.strictObject({
  format: z.literal(1),
  logRatios: z.array(z.number()),
  peak: z.number(),
  canaryFailures: z.int().min(0),
  stableFailures: z.int().min(0),
});

/** Everything the sequential tests of a step know: plain data, so that a restarted gateway goes on where the last one was. */
export const gateTestsSchema = z.strictObject({ errors: shareTestSchema, rejections: shareTestSchema, latency: shareTestSchema });
export type GateTests = z.infer<typeof gateTestsSchema>;

const RANK: Readonly<Record<GateVerdict, number>> = { pass: 0, inconclusive: 1, fail: 2 };

/** The verdict that wins: the latest of pass, inconclusive, fail. Nothing to judge is inconclusive, never pass. */
export function worstVerdict(gates: readonly GateResult[]): GateVerdict {
  let worst: GateVerdict | undefined;
  for (const { verdict } of gates) if (worst === undefined || RANK[verdict] > RANK[worst]) worst = verdict;
  return worst ?? "inconclusive";
}

/** Largest e-value written down; what is beyond it says nothing more and may overflow. */
const MAX_EVIDENCE = 1e12;

/** An e-value from its logarithm, in the form that events keep. */
export function evidenceOf(log: number): number {
  return Math.min(MAX_EVIDENCE, Math.exp(log));
}

/** An e-value or count for people, at most three digits that matter. */
export function shortNumber(value: number): string {
  return value >= 1e6 ? value.toExponential(1) : value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** A share as a percentage for people: `2.5 %`. */
export function percentOf(part: number, whole: number): string {
  return whole === 0 ? "-" : `${Number(((100 * part) / whole).toPrecision(3))} %`;
}
