import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { seededRandom } from "@modelyard/base";
import * as stats from "./index.ts";

// Numbers of SciPy, statsmodels and scikit-learn; testdata/golden.py wrote them and names the versions.
const golden = JSON.parse(readFileSync(new URL("../testdata/golden.json", import.meta.url), "utf8"));

function close(actual: number, expected: number, relative: number, what: string): void {
  const scale = Math.max(Math.abs(expected), 1e-300);
  assert.ok(actual === expected || Math.abs(actual - expected) <= relative * scale + 1e-15, `${what}: ${actual}, expected ${expected}`);
}

const functions: [string, (...x: number[]) => number, number][] = [
  ["logGamma", stats.logGamma, 1e-13],
  ["normalCdf", stats.normalCdf, 1e-12],
  ["normalQuantile", stats.normalQuantile, 1e-12],
  ["studentCdf", stats.studentCdf, 1e-11],
  ["studentQuantile", stats.studentQuantile, 1e-10],
  ["chiSquaredCdf", stats.chiSquaredCdf, 1e-11],
  ["chiSquaredTail", stats.chiSquaredTail, 1e-10],
  ["chiSquaredQuantile", stats.chiSquaredQuantile, 1e-10],
  ["betaCdf", stats.betaCdf, 1e-9],
  ["betaQuantile", stats.betaQuantile, 1e-10],
  ["binomialCdf", stats.binomialCdf, 1e-10],
  ["binomialMass", stats.binomialMass, 1e-10],
  ["binomialQuantile", stats.binomialQuantile, 0],
  ["kolmogorovTail", stats.kolmogorovTail, 1e-10],
];

for (const [name, f, relative] of functions) {
  test(`${name} equals SciPy`, () => {
    const rows = golden[name] as number[][];
    assert.ok(rows.length > 5);
    for (const row of rows) close(f(...row.slice(0, -1)), row.at(-1)!, relative, `${name}(${row.slice(0, -1)})`);
  });
}

test("rate intervals equal statsmodels", () => {
  for (const [name, interval] of [
    ["wilson", stats.wilson],
    ["clopperPearson", stats.clopperPearson],
  ] as const) {
    for (const [k, n, low, high] of golden[name]) {
      const bounds = interval(k, n, 0.95);
      close(bounds.low, low, 1e-10, `${name} low of ${k}/${n}`);
      close(bounds.high, high, 1e-10, `${name} high of ${k}/${n}`);
    }
  }
});

test("exact McNemar equals statsmodels", () => {
  for (const [b, c, p] of golden.mcnemar) close(stats.mcnemarExact(b, c), p, 1e-10, `mcnemar(${b}, ${c})`);
});

test("corrections equal statsmodels", () => {
  const { raw, holm, bonferroni, fdr_bh } = golden.corrections;
  for (const [actual, expected] of [
    [stats.holm(raw), holm],
    [stats.bonferroni(raw), bonferroni],
    [stats.benjaminiHochberg(raw), fdr_bh],
  ]) {
    for (const [i, p] of expected.entries()) close(actual[i]!, p, 1e-12, `adjusted ${i}`);
  }
});

test("chi-squared test and Cramer's V equal SciPy", () => {
  for (const { table, statistic, df, p, cramersV } of golden.chi2) {
    const result = stats.contingencyTest(table);
    assert.equal(result.df, df);
    close(result.statistic, statistic, 1e-12, "statistic");
    close(result.p, p, 1e-10, "p");
    close(result.cramersV, cramersV, 1e-12, "V");
  }
});

test("Kolmogorov-Smirnov distance and exact p equal SciPy; the asymptotic p is above it by less than a tenth", () => {
  for (const { a, b, distance, p } of golden.ks) {
    const d = stats.ksDistance(Float64Array.from(a).sort(), Float64Array.from(b).sort());
    close(d, distance, 1e-12, "distance");
    close(stats.ksPValue(d, a.length, b.length), p, 1e-9, "p");
  }
  const large = golden.ks.at(-1);
  const asymptotic = stats.kolmogorovTail(
    large.distance * Math.sqrt((large.a.length * large.b.length) / (large.a.length + large.b.length)),
  );
  assert.ok(asymptotic > large.p && asymptotic < large.p * 1.1, `${asymptotic} against ${large.p}`);
});

test("quantiles equal NumPy", () => {
  for (const [p, expected] of golden.quantiles) close(stats.quantile(golden.quantileValues, p), expected, 1e-12, `quantile ${p}`);
});

test("bootstrap intervals of a skewed mean equal SciPy's of 200,000 resamples within 3 % of their width", () => {
  const { values, bca, percentile } = golden.bootstrap;
  const result = stats.bootstrap({
    rows: values.length,
    values: 1,
    resamples: 40_000,
    random: seededRandom(3),
    statistic(weights, out) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * values[i];
      let total = 0;
      for (const w of weights) total += w;
      out[0] = sum / total;
    },
  });
  const width = bca[1] - bca[0];
  const ours = stats.bcaInterval(result.estimate[0]!, result.replicates[0]!, result.acceleration[0]!, 0.95);
  const plain = stats.percentileInterval(result.replicates[0]!, 0.95);
  for (const [x, y] of [
    [ours.low, bca[0]],
    [ours.high, bca[1]],
    [plain.low, percentile[0]],
    [plain.high, percentile[1]],
  ])
    assert.ok(Math.abs(x - y) < 0.03 * width, `${x} against ${y}`);
});

test("AUC, DeLong variance and paired DeLong equal the textbook form over all pairs", () => {
  const { truth, one, two, areas, variance, differenceStandardError } = golden.delong;
  const isPositive = Uint8Array.from(truth as number[]);
  const a = stats.rocArea(one, isPositive);
  const b = stats.rocArea(two, isPositive);
  close(a.auc, areas[0], 1e-12, "first area");
  close(b.auc, areas[1], 1e-12, "second area");
  close(stats.delongVariance(a, isPositive), variance, 1e-11, "variance");
  const paired = stats.pairedDelong(a, b, isPositive);
  close(paired.difference, areas[0] - areas[1], 1e-11, "difference");
  close(paired.standardError, differenceStandardError, 1e-11, "standard error");
  const influence = stats.aucInfluence(a, isPositive).reduce((sum, x) => sum + x * x, 0);
  close(influence, variance, 0.02, "sum of squared influences");
});

test("DeLong interval equals the published example of 12 rows (.708, .378 to 1 clipped)", () => {
  const isPositive = Uint8Array.from([0, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1]);
  const area = stats.rocArea([0.1, 0.35, 0.24, 0.8, 0.2, 0.85, 0.13, 0.85, 0.74, 0.58, 0.71, 0.25], isPositive);
  const { low, high } = stats.delongInterval(area, isPositive, 0.95);
  assert.deepEqual(
    [area.auc, low, high].map((x) => x.toFixed(3)),
    ["0.708", "0.378", "1.000"],
  );
});

test("rate sequence equals the root found by SciPy", () => {
  for (const [s, f, low, high] of golden.rateSequence) {
    const bounds = stats.rateSequence({ successes: s, failures: f }, 0.05);
    close(bounds.low, low, 1e-9, "low");
    close(bounds.high, high, 1e-9, "high");
  }
});
