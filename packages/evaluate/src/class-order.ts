import { compareUtf8 } from "@modelyard/base";

const WHOLE = /^-?\d{1,15}$/;

/** Distinct class names in the order scikit-learn gives them: whole numbers by value, texts by their bytes. */
export function classOrder(names: Iterable<string>): string[] {
  const distinct = [...new Set(names)];
  return distinct.every((name) => WHOLE.test(name)) ? distinct.sort((a, b) => Number(a) - Number(b)) : distinct.sort(compareUtf8);
}

/** Index of the largest of `count` values from `start`; the first wins a tie, as in NumPy, so that equal probabilities give scikit-learn's label. */
export function argmax(values: ArrayLike<number>, start = 0, count: number = values.length): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}
