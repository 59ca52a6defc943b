import type { Change, Verdict } from "@modelyard/evaluate";

interface Words {
  readonly symbol: string;
  readonly word: string;
}

const VERDICTS: Readonly<Record<Verdict, Words>> = {
  pass: { symbol: "✅", word: "Pass" },
  inconclusive: { symbol: "⚠️", word: "Inconclusive" },
  error: { symbol: "⛔", word: "Error" },
  fail: { symbol: "❌", word: "Fail" },
};

const CHANGES: Readonly<Record<Change, Words>> = {
  improved: { symbol: "▲", word: "improved" },
  equivalent: { symbol: "●", word: "equivalent" },
  regressed: { symbol: "▼", word: "regressed" },
  inconclusive: { symbol: "○", word: "inconclusive" },
};

/** Symbol and word: never colour or symbol alone. */
export function verdictWords(verdict: Verdict): string {
  return `${VERDICTS[verdict].symbol} ${VERDICTS[verdict].word}`;
}

export function verdictSymbol(verdict: Verdict): string {
  return VERDICTS[verdict].symbol;
}

export function verdictWord(verdict: Verdict): string {
  return VERDICTS[verdict].word;
}

/** Symbol and word of a metric's change. */
export function changeWords(change: Change): string {
  return `${CHANGES[change].symbol} ${CHANGES[change].word}`;
}

/** The kind of GitHub's alert box that a verdict stands in. */
export function alertOf(verdict: Verdict): "TIP" | "WARNING" | "CAUTION" {
  if (verdict === "pass") return "TIP";
  return verdict === "inconclusive" ? "WARNING" : "CAUTION";
}

/** A check's conclusion: an inconclusive gate asks for a look, and blocks nothing unless asked to. */
export function conclusionOf(verdict: Verdict, onInconclusive: "neutral" | "fail" = "neutral"): "success" | "failure" | "neutral" {
  if (verdict === "pass") return "success";
  return verdict === "inconclusive" && onInconclusive === "neutral" ? "neutral" : "failure";
}
