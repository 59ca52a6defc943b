/** Mean, and variance with n - 1, of numbers; NaN where there are too few. */
export function meanAndVariance(values: ArrayLike<number>): { readonly mean: number; readonly variance: number } {
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const delta = values[i]! - mean;
    mean += delta / (i + 1);
    squares += delta * (values[i]! - mean);
  }
  return { mean: values.length === 0 ? Number.NaN : mean, variance: values.length < 2 ? Number.NaN : squares / (values.length - 1) };
}

/** Cohen's d of two samples, with the pooled standard deviation; 0 when both are constant and equal. */
export function cohensD(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const one = meanAndVariance(a);
  const two = meanAndVariance(b);
  const pooled = ((a.length - 1) * one.variance + (b.length - 1) * two.variance) / (a.length + b.length - 2);
  const difference = one.mean - two.mean;
  return difference === 0 ? 0 : difference / Math.sqrt(pooled);
}

/** Cohen's h of two rates: the difference of their arcsines; 0.2 is small, 0.5 medium, 0.8 large. */
export function cohensH(p1: number, p2: number): number {
  return 2 * (Math.asin(Math.sqrt(p1)) - Math.asin(Math.sqrt(p2)));
}
