import { argsort } from "@modelyard/stats";
import type { RegressionTable } from "./example-table.ts";
import type { Scorer } from "./scorer.ts";

const NAMES = ["mae", "rmse", "median-ae", "r2", "bias"] as const;

/** Metrics of a regression, defined as in scikit-learn; `bias` is the size of the mean error, so that lower is better whatever its sign. */
export function regressionScorer({ truth, predicted }: RegressionTable): Scorer {
  const n = truth.length;
  const errors = Float64Array.from(predicted, (value, i) => value - truth[i]!);
  const sizes = errors.map(Math.abs);
  const order = argsort(sizes);
  // Sums of squares about a fixed centre lose no digits to a large mean.
  const centre = truth.reduce((a, b) => a + b, 0) / Math.max(1, n);
  return {
    rows: n,
    names: NAMES,
    score(weights, out) {
      let [total, size, square, error, sum, sumSquares] = [0, 0, 0, 0, 0, 0];
      for (let i = 0; i < n; i++) {
        const weight = weights[i]!;
        const e = errors[i]!;
        const y = truth[i]! - centre;
        total += weight;
        size += weight * sizes[i]!;
        square += weight * e * e;
        error += weight * e;
        sum += weight * y;
        sumSquares += weight * y * y;
      }
      const spread = sumSquares - (sum * sum) / total;
      out[0] = size / total;
      out[1] = Math.sqrt(square / total);
      out[2] = weightedMedian(sizes, order, weights, total);
      out[3] = spread > 0 ? 1 - square / spread : Number.NaN;
      out[4] = Math.abs(error / total);
    },
  };
}

/** Median of the values, each taken `weights` times; the mean of the two middle ones of an even number. */
function weightedMedian(values: Float64Array, order: Uint32Array, weights: Uint16Array, total: number): number {
  const low = Math.floor((total - 1) / 2);
  const high = Math.ceil((total - 1) / 2);
  let seen = 0;
  let first = Number.NaN;
  for (const row of order) {
    seen += weights[row]!;
    if (Number.isNaN(first) && seen > low) first = values[row]!;
    if (seen > high) return (first + values[row]!) / 2;
  }
  return Number.NaN;
}
