/** Enough halvings to reach neighbouring doubles from any bracket. */
const MAX_HALVINGS = 1_100;

/** The x in [low, high] at which an ascending function reaches `target`, by bisection down to neighbouring doubles. */
export function invertAscending(f: (x: number) => number, target: number, low: number, high: number): number {
  let a = low;
  let b = high;
  for (let i = 0; i < MAX_HALVINGS; i++) {
    const middle = a + (b - a) / 2;
    if (middle === a || middle === b) break;
    if (f(middle) < target) a = middle;
    else b = middle;
  }
  return b;
}

/** A bound, doubled from 1, at which an ascending function is past `target`. */
export function boundAbove(f: (x: number) => number, target: number): number {
  let bound = 1;
  while (f(bound) < target && bound < Number.MAX_VALUE / 4) bound *= 2;
  return bound;
}
