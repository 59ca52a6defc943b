import type { ColumnDrift } from "./document.ts";

/** What the decision is made of. */
export interface RetrainFacts {
  readonly verdict: "drifted" | "stable" | "insufficient";
  readonly columns: readonly ColumnDrift[];
  readonly labels: ColumnDrift | null;
  readonly share: number;
  readonly rows: number;
  readonly minRows: number;
  readonly requests: number;
  readonly errors: number;
  /** Examples that the newest dataset version has beyond the one the model was trained on; undefined when unknown. */
  readonly newExamples?: number | undefined;
  /** New examples without which there is no retraining; no condition when absent. */
  readonly minNewExamples?: number | undefined;
}

/** Requests that failed above this share are named: they bias what the window shows. */
const NOTABLE_ERRORS = 0.01;
const NAMED_COLUMNS = 5;

/** Whether to retrain, with the reasons in words: on drift, unless a number of new examples is asked for and they are known to be fewer. */
export function decideRetrain(facts: RetrainFacts): { readonly retrain: boolean; readonly reasons: string[] } {
  const reasons = [...driftReasons(facts), ...errorReasons(facts)];
  if (facts.verdict !== "drifted") return { retrain: false, reasons };
  const { newExamples, minNewExamples } = facts;
  if (newExamples !== undefined && minNewExamples !== undefined && newExamples < minNewExamples) {
    const have = `${newExamples} new labelled examples since the model's dataset version, ${minNewExamples} needed`;
    return { retrain: false, reasons: [...reasons, `no retraining yet: ${have}; collect labels of the drifted traffic and push them`] };
  }
  return {
    retrain: true,
    reasons: [...reasons, `retrain: the model serves data that it was not trained on${newExamplesText(newExamples)}`],
  };
}

function newExamplesText(count: number | undefined): string {
  if (count === undefined) return "";
  if (count === 0) return "; there are no new labelled examples yet, so label some of the drifted traffic and push it first";
  return `; ${count} new labelled examples are there to learn from`;
}

/** With enough rows in the window it is the reference that falls short, or has no such column: the columns say which. */
function whyInsufficient({ rows, minRows, columns }: RetrainFacts): string {
  const reasons = new Set(columns.filter((column) => column.verdict === "insufficient").map((column) => column.reason));
  const [reason] = reasons;
  return rows < minRows || reason === undefined ? `${rows} rows in the window, ${minRows} needed` : reason;
}

function driftReasons(facts: RetrainFacts): string[] {
  if (facts.verdict === "insufficient") return [`not enough evidence: ${whyInsufficient(facts)}`];
  const judged = facts.columns.filter((column) => column.verdict !== "insufficient");
  const drifted = judged.filter((column) => column.verdict === "drifted").sort((a, b) => (b.psi ?? 0) - (a.psi ?? 0));
  const reasons: string[] = [];
  if (judged.length > 0) {
    const names = drifted
      .slice(0, NAMED_COLUMNS)
      .map((column) => column.name)
      .join(", ");
    const list = drifted.length === 0 ? "" : ` (most: ${names}${drifted.length > NAMED_COLUMNS ? ", ..." : ""})`;
    reasons.push(`${drifted.length} of ${judged.length} columns drifted${list}; ${percent(facts.share)} of them make a drift`);
  }
  if (facts.labels?.verdict === "drifted") reasons.push(`the predicted labels shifted: ${facts.labels.reason}`);
  return reasons;
}

function errorReasons({ requests, errors }: RetrainFacts): string[] {
  if (requests === 0 || errors / requests < NOTABLE_ERRORS) return [];
  return [
    `${errors} of ${requests} requests failed (${percent(errors / requests)}): their outputs are not in the comparison; look at the errors first`,
  ];
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
