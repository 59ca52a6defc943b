/** Stirling's series is exact to double precision from here on. */
const SERIES_FROM = 12;
const HALF_LOG_TWO_PI = 0.9189385332046727;

/** Natural logarithm of the gamma function for x > 0 (NaN otherwise); Stirling's series, Abramowitz and Stegun 6.1.40, shifted up for small x. */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  if (x === 1 || x === 2) return 0;
  let shift = 1;
  let z = x;
  while (z < SERIES_FROM) {
    shift *= z;
    z++;
  }
  const r = 1 / (z * z);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - r * (691 / 360360 - r / 156)))))) / z;
  return (z - 0.5) * Math.log(z) - z + HALF_LOG_TWO_PI + series - Math.log(shift);
}

/** Natural logarithm of the beta function, a and b > 0. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Natural logarithm of "n choose k". */
export function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
