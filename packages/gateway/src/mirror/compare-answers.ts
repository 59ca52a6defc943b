import { jsonToTensor, type RowPrediction, readOutputs, type Signature, type Tensor } from "@modelyard/model";
import { readInferAnswer } from "../infer-message.ts";

/** `unanswered`: a version failed, which the error gate counts; there is nothing to compare. */
export type Comparison =
  | { readonly kind: "compared"; readonly rows: number; readonly differing: number }
  | { readonly kind: "lost"; readonly why: string }
  | { readonly kind: "unanswered" };

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

interface SignedAnswer extends Answer {
  readonly signature: Signature;
}

/** Relative difference of two predicted numbers that is no disagreement: what other hardware or another order of sums may bring. */
const VALUE_TOLERANCE = 1e-3;

/**
 * Compares the answers of two versions to one request, row by row, each read through its version's signature: class names, or numbers within 0.1 %. Answers that cannot be
 * read or have other rows are lost, not equal.
 */
export function compareAnswers(stable: SignedAnswer, canary: SignedAnswer): Comparison {
  if (stable.status !== 200 || canary.status !== 200) return { kind: "unanswered" };
  try {
    const a = predictions(stable);
    const b = predictions(canary);
    if (a.length !== b.length) return { kind: "lost", why: `${a.length} rows against ${b.length}` };
    return { kind: "compared", rows: a.length, differing: a.filter((row, i) => !agree(row, b[i]!)).length };
  } catch (error) {
    return { kind: "lost", why: error instanceof Error ? error.message : String(error) };
  }
}

function predictions({ signature, body }: SignedAnswer): RowPrediction[] {
  const tensors: Tensor[] = readInferAnswer(body).map((tensor) => jsonToTensor(tensor, "an answer"));
  return readOutputs(signature, tensors);
}

function agree(a: RowPrediction, b: RowPrediction): boolean {
  if (a.value === undefined || b.value === undefined) return a.label === b.label;
  if (Object.is(a.value, b.value)) return true;
  return Math.abs(a.value - b.value) <= VALUE_TOLERANCE * (1 + Math.abs(a.value));
}
