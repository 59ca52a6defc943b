import { type Random, randomInt } from "@modelyard/base";
import { normalCdf, normalQuantile } from "./normal.ts";
import { quantileSorted } from "./quantile.ts";
import type { Bounds } from "./rate-interval.ts";

/** Blocks left out in turn to estimate the acceleration; 200 keep its error near 0.003, far below what moves an end of the interval. */
const JACKKNIFE_BLOCKS = 200;

/** A statistic of weighted rows: reads how often each row counts and writes its values; NaN where it is undefined on these rows. */
export type WeightedStatistic = (weights: Uint16Array, out: Float64Array) => void;

export interface BootstrapPlan {
  readonly rows: number;
  /** Values that the statistic writes. */
  readonly values: number;
  readonly statistic: WeightedStatistic;
  readonly resamples: number;
  readonly random: Random;
}

export interface BootstrapResult {
  /** On the rows as they are. */
  readonly estimate: Float64Array;
  /** Per value, its finite replicates, ascending. */
  readonly replicates: readonly Float64Array[];
  /** Per value, the acceleration of BCa. */
  readonly acceleration: Float64Array;
}

/** Draws `weights.length` rows with replacement and writes how often each was drawn. */
export function drawWeights(random: Random, weights: Uint16Array): void {
  weights.fill(0);
  const n = weights.length;
  for (let i = 0; i < n; i++) {
    const row = randomInt(random, n);
    weights[row]!++;
  }
}

/** Resamples rows, all values of the statistic on the same draws: differences between them are paired. Cost: rows times resamples. */
export function bootstrap(plan: BootstrapPlan): BootstrapResult {
  const { rows, values, statistic, resamples, random } = plan;
  const weights = new Uint16Array(rows).fill(1);
  const estimate = new Float64Array(values);
  statistic(weights, estimate);
  const acceleration = blockAcceleration(plan);
  const out = new Float64Array(values);
  const replicates = Array.from({ length: values }, () => new Float64Array(resamples));
  for (let r = 0; r < resamples; r++) {
    drawWeights(random, weights);
    statistic(weights, out);
    for (let k = 0; k < values; k++) replicates[k]![r] = out[k]!;
  }
  return { estimate, replicates: replicates.map((column) => column.filter(Number.isFinite).sort()), acceleration };
}

/** Efron's acceleration from a jackknife that leaves out a block of rows at a time (single rows when there are few). */
function blockAcceleration({ rows, values, statistic }: BootstrapPlan): Float64Array {
  const blocks = Math.min(rows, JACKKNIFE_BLOCKS);
  const weights = new Uint16Array(rows);
  const out = new Float64Array(values);
  const left = Array.from({ length: values }, () => new Float64Array(blocks));
  for (let block = 0; block < blocks; block++) {
    weights.fill(1);
    // Every blocks-th row, so that an order in the file does not make the blocks differ.
    for (let row = block; row < rows; row += blocks) weights[row] = 0;
    statistic(weights, out);
    for (let k = 0; k < values; k++) left[k]![block] = out[k]!;
  }
  return Float64Array.from(left, jackknifeAcceleration);
}

/** Acceleration from leave-one-out values (Efron 1987, equation 7.3); 0 where they do not vary or are undefined. */
export function jackknifeAcceleration(values: Float64Array): number {
  const finite = values.filter(Number.isFinite);
  const mean = finite.reduce((a, b) => a + b, 0) / finite.length;
  let squares = 0;
  let cubes = 0;
  for (const value of finite) {
    const d = mean - value;
    squares += d * d;
    cubes += d * d * d;
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}

/** Percentile interval from ascending replicates; NaN ends when there are none. */
export function percentileInterval(replicates: Float64Array, level: number): Bounds {
  const tail = (1 - level) / 2;
  return { low: quantileSorted(replicates, tail), high: quantileSorted(replicates, 1 - tail) };
}

/** Bias-corrected and accelerated interval (Efron 1987) from ascending replicates; the percentile interval where all lie on one side of the estimate. */
export function bcaInterval(estimate: number, replicates: Float64Array, acceleration: number, level: number): Bounds {
  const bias = biasOf(estimate, replicates);
  if (!Number.isFinite(bias)) return percentileInterval(replicates, level);
  const end = (p: number): number => {
    const z = bias + normalQuantile(p);
    return quantileSorted(replicates, normalCdf(bias + z / (1 - acceleration * z)));
  };
  return { low: end((1 - level) / 2), high: end((1 + level) / 2) };
}

/** Normal quantile of the share of replicates below the estimate, ties counted half. */
function biasOf(estimate: number, replicates: Float64Array): number {
  let below = 0;
  let equal = 0;
  for (const value of replicates) {
    if (value < estimate) below++;
    else if (value === estimate) equal++;
  }
  return normalQuantile((below + equal / 2) / replicates.length);
}

/** Two-sided p-value of "the value is `at`": twice the smaller share of replicates on either side, at least 1 / (replicates + 1). */
export function bootstrapPValue(replicates: Float64Array, at = 0): number {
  let below = 0;
  let above = 0;
  for (const value of replicates) {
    if (value <= at) below++;
    if (value >= at) above++;
  }
  const total = replicates.length + 1;
  return Math.min(1, (2 * (Math.min(below, above) + 1)) / total);
}
