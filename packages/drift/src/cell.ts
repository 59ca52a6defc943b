const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Larger magnitudes count as texts: their squares would overflow the moments to infinity. */
const LARGEST = 1e150;

/** A table's cell as profiles read it: missing (empty or NaN), a finite number, or a text. */
export type Cell = { readonly kind: "missing" } | { readonly kind: "number"; readonly value: number } | { readonly kind: "text" };

const MISSING: Cell = { kind: "missing" };
const TEXT: Cell = { kind: "text" };

/** Reads a cell; empty texts, white space and `NaN` (as NumPy and JSON tensors write it) are missing; infinities and magnitudes past 1e150 are texts. */
export function readCell(text: string): Cell {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "NaN" || trimmed === "nan") return MISSING;
  if (!NUMBER.test(trimmed)) return TEXT;
  const value = Number(trimmed);
  return Math.abs(value) <= LARGEST ? { kind: "number", value } : TEXT;
}
