import type { Signature } from "./signature.ts";
import { elementCount, formatShape, type Tensor } from "./tensor-data.ts";
import { numberAt } from "./tensor-json.ts";

/** One way in which an output is not as expected. */
export interface GoldenDifference {
  readonly output: string;
  readonly kind: "missing" | "dtype" | "shape" | "value";
  /** Position in row-major order; only for values. */
  readonly index?: number;
  readonly expected: string;
  readonly got: string;
}

/** A broken output differs everywhere; the first few say how. */
const MAX_VALUES_PER_OUTPUT = 10;

/**
 * Compares outputs with those expected. Floats may differ by |a-b| <= tolerance * (1 + |b|) and NaN equals NaN; everything else must be equal, but a label
 * may differ where the probabilities of both labels tie within the tolerance (needs `signature`): runtimes break ties differently.
 */
export function compareGolden(
  expected: readonly Tensor[],
  got: readonly Tensor[],
  tolerance: number,
  signature?: Signature,
): GoldenDifference[] {
  return expected.flatMap((want) => {
    const have = got.find((tensor) => tensor.name === want.name);
    if (!have) return [{ output: want.name, kind: "missing" as const, expected: formatShape(want.shape), got: "nothing" }];
    if (have.dtype !== want.dtype) return [{ output: want.name, kind: "dtype" as const, expected: want.dtype, got: have.dtype }];
    if (formatShape(have.shape) !== formatShape(want.shape)) {
      return [{ output: want.name, kind: "shape" as const, expected: formatShape(want.shape), got: formatShape(have.shape) }];
    }
    return compareValues(want, have, tolerance, tieRule(expected, want, tolerance, signature));
  });
}

/** Whether labels `a` and `b` of a row have the same probability. */
type Tie = (row: number, a: string, b: string) => boolean;

function compareValues(want: Tensor, have: Tensor, tolerance: number, tied: Tie): GoldenDifference[] {
  const floating = want.dtype.startsWith("float");
  const differences: GoldenDifference[] = [];
  for (let i = 0; i < want.data.length && differences.length < MAX_VALUES_PER_OUTPUT; i++) {
    if (floating ? close(numberAt(have, i), numberAt(want, i), tolerance) : want.data[i] === have.data[i]) continue;
    if (!floating && tied(i, String(want.data[i]), String(have.data[i]))) continue;
    differences.push({ output: want.name, kind: "value", index: i, expected: textAt(want, i), got: textAt(have, i) });
  }
  return differences;
}

function close(a: number, b: number, tolerance: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  return Math.abs(a - b) <= tolerance * (1 + Math.abs(b));
}

function tieRule(expected: readonly Tensor[], label: Tensor, tolerance: number, signature: Signature | undefined): Tie {
  const role = signature?.outputs.find((output) => output.name === label.name);
  const scored = signature?.outputs.find((output) => output.role === "probabilities");
  const scores = expected.find((tensor) => tensor.name === scored?.name);
  if (role?.role !== "label" || !scored || !scores) return () => false;
  const classes = elementCount(scores.shape.slice(1));
  const names = scored.labels ?? role.labels;
  const column = (text: string): number =>
    label.dtype === "string" || names?.includes(text) === true ? (names?.indexOf(text) ?? -1) : Number(text);
  return (row, a, b) => {
    const [i, j] = [column(a), column(b)];
    if (!(i >= 0 && i < classes && j >= 0 && j < classes)) return false;
    return close(numberAt(scores, row * classes + i), numberAt(scores, row * classes + j), 2 * tolerance);
  };
}

function textAt(tensor: Tensor, index: number): string {
  return tensor.dtype === "string" || typeof tensor.data[index] === "bigint" ? String(tensor.data[index]) : String(numberAt(tensor, index));
}
