import { defaultMargin, oriented } from "./change.ts";
import type { GateResult, Metric, MetricComparison, Verdict } from "./document.ts";

/** A rule of `modelyard.yml`; a slice ending in `*` stands for each slice that starts so. */
export interface Gate {
  readonly metric: string;
  readonly slice?: string | undefined;
  readonly require?: "improved" | "not-regressed" | undefined;
  /** How much worse still passes (not-regressed), or how much better is asked for (improved). */
  readonly margin?: number | undefined;
  /** Bounds of the candidate's own value. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** What gates are judged on: the candidate's metrics, and its comparison with the baseline or why there is none. */
export interface GateEvidence {
  readonly overall: GateSubject;
  readonly slices: readonly (GateSubject & { readonly name: string })[];
  /** Why there is no baseline; undefined when there is one. */
  readonly noBaseline: string | undefined;
}

export interface GateSubject {
  readonly n: number;
  readonly metrics: readonly Metric[];
  readonly comparisons: readonly MetricComparison[];
}

const ORDER: readonly Verdict[] = ["pass", "inconclusive", "error", "fail"];

/** The worst of the verdicts; pass for none. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return ORDER[Math.max(0, ...verdicts.map((verdict) => ORDER.indexOf(verdict)))]!;
}

/** Judges every gate; one result for each rule and slice that a gate names. */
export function judgeGates(gates: readonly Gate[], evidence: GateEvidence): GateResult[] {
  return gates.flatMap((gate) => subjectsOf(gate, evidence).flatMap((subject) => judgeGate(gate, subject, evidence)));
}

interface NamedSubject {
  readonly slice: string | null;
  readonly subject: GateSubject | undefined;
}

function subjectsOf(gate: Gate, evidence: GateEvidence): NamedSubject[] {
  const wanted = gate.slice;
  if (wanted === undefined) return [{ slice: null, subject: evidence.overall }];
  const matching = evidence.slices.filter(({ name }) => (wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted));
  return matching.length === 0 ? [{ slice: wanted, subject: undefined }] : matching.map((subject) => ({ slice: subject.name, subject }));
}

function judgeGate(gate: Gate, { slice, subject }: NamedSubject, { slices, noBaseline }: GateEvidence): GateResult[] {
  const result = (rule: string, verdict: Verdict, reason: string): GateResult => ({ metric: gate.metric, slice, rule, verdict, reason });
  const anyRule =
    gate.require ?? (gate.min !== undefined ? `min ${gate.min}` : gate.max !== undefined ? `max ${gate.max}` : "not-regressed");
  if (subject === undefined)
    return [result(anyRule, "error", `there is no slice "${slice}"; ${slicesInWords(slices.map(({ name }) => name))}`)];
  if (subject.metrics.length === 0) return [result(anyRule, "inconclusive", `not enough evidence: ${subject.n} examples`)];
  const metric = subject.metrics.find(({ name }) => name === gate.metric);
  if (metric === undefined)
    return [result(anyRule, "error", `no metric "${gate.metric}"; there are ${subject.metrics.map(({ name }) => name).join(", ")}`)];
  const results: GateResult[] = [];
  if (gate.min !== undefined)
    results.push(
      result(`min ${gate.min}`, metric.value >= gate.min ? "pass" : "fail", `${format(metric.value)} against at least ${gate.min}`),
    );
  if (gate.max !== undefined)
    results.push(
      result(`max ${gate.max}`, metric.value <= gate.max ? "pass" : "fail", `${format(metric.value)} against at most ${gate.max}`),
    );
  const require = gate.require ?? (results.length === 0 ? "not-regressed" : undefined);
  if (require === undefined) return results;
  const comparison = subject.comparisons.find(({ name }) => name === gate.metric);
  const margin = gate.margin ?? (require === "improved" ? 0 : defaultMargin(gate.metric, comparison?.baseline ?? metric.value));
  const rule = margin === 0 ? require : `${require}, margin ${format(margin)}`;
  if (noBaseline !== undefined) results.push(result(rule, "pass", `no baseline: ${noBaseline}`));
  else if (comparison === undefined) results.push(result(rule, "error", `the baseline has no metric "${gate.metric}"`));
  else results.push(result(rule, ...judgeDifference(comparison, require, margin)));
  return results;
}

/** Slices named in a gate's reason; a report has them all. */
const NAMED_SLICES = 8;

function slicesInWords(names: readonly string[]): string {
  if (names.length === 0) return "there are no slices: name its column in `slices`";
  const shown = names.slice(0, NAMED_SLICES).map((name) => `"${name}"`);
  return `there are ${shown.join(", ")}${names.length > NAMED_SLICES ? ` and ${names.length - NAMED_SLICES} more` : ""}`;
}

/** Improved: the whole interval beyond the margin passes, all short of it fails. Not regressed (non-inferiority): the whole interval above -margin passes, all below fails. */
function judgeDifference(comparison: MetricComparison, require: "improved" | "not-regressed", margin: number): [Verdict, string] {
  if (comparison.interval === null) return ["inconclusive", "the difference has no interval on these examples"];
  const { low, high } = oriented(comparison.interval, comparison.direction);
  const gain = comparison.direction === "higher" ? comparison.delta : 0 - comparison.delta;
  const percent = Number((comparison.interval.level * 100).toFixed(2));
  const found = `${inWords(gain)}, ${percent} % interval of the gain ${short(low)} to ${short(high)}`;
  const bound = require === "improved" ? margin : 0 - margin;
  if (require === "improved" ? low > bound : low >= bound) return ["pass", found];
  if (require === "improved" ? high <= bound : high < bound) return ["fail", `${found}: all below ${format(bound)}`];
  return ["inconclusive", `${found}: not all above ${format(bound)}${enoughInWords(comparison.n, gain, low, bound)}`];
}

/** More examples than these are no advice. */
const MAX_ADVISED = 10_000_000;

/** How many examples would tell, if the difference stays as it is: the interval narrows with the root of their number. */
function enoughInWords(n: number, gain: number, low: number, bound: number): string {
  if (!(gain > bound) || !(low < gain)) return "";
  const needed = n * ((gain - low) / (gain - bound)) ** 2;
  if (!(needed > n && needed < MAX_ADVISED)) return "";
  return `; about ${Number(needed.toPrecision(2))} examples would tell (${n} now)`;
}

function inWords(gain: number): string {
  if (gain === 0) return "no difference";
  return gain > 0 ? `better by ${short(gain)}` : `worse by ${short(-gain)}`;
}

function format(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A measured difference; more digits would be noise. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
