/**
 * Confidence levels for a family of intervals so that "zero is outside" agrees with Holm's step-down test at 1 - `level`: the smallest p-value gets the strictest
 * level, each next one a step less, and all from the first that is not significant on share that one's.
 */
export function holmLevels(pValues: readonly number[], level: number): number[] {
  const alpha = 1 - level;
  const m = pValues.length;
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]! || a - b);
  const levels = new Array<number>(m);
  let step = 0;
  for (const i of order) {
    const share = alpha / (m - step);
    levels[i] = 1 - share;
    if (pValues[i]! <= share && step < m - 1) step++;
  }
  return levels;
}
