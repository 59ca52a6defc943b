import type { Digest } from "@modelyard/base";
import type { Comparison, MetricComparison, MetricDocument } from "@modelyard/evaluate";

const digest = (character: string) => `sha256:${character.repeat(64)}` as Digest;

const LABELS = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

function interval(value: number, half: number) {
  return { low: value - half, high: value + half, level: 0.95, method: "bootstrap BCa, 2000 resamples" };
}

/** A metric document with realistic numbers for tests and for the sample in the docs. */
export function sampleDocument(version: number, accuracy: number): MetricDocument {
  const counts: number[][] = LABELS.map((_, truth) => LABELS.map((__, prediction) => (truth === prediction ? 34 : 0)));
  counts[8]![1] = 3;
  counts[3]![5] = 2;
  counts[9]![7] = 1;
  return {
    format: 1,
    kind: "metrics",
    subject: {
      name: "digits",
      version,
      run: `01JCQ8ZK4M2X7T9V5B3N6R1W${version}P`,
      digest: digest(String(version)),
      commit: `${version}f2c91e07ab35d6688f0c1b2a3d4e5f60123456${version}`,
    },
    dataset: { name: "digits", version: 2, digest: digest("a") },
    split: "test",
    task: "classification",
    n: 346,
    metrics: [
      { name: "accuracy", value: accuracy, interval: interval(accuracy, 0.019), direction: "higher", n: 346 },
      { name: "macro-f1", value: accuracy - 0.002, interval: interval(accuracy - 0.002, 0.02), direction: "higher", n: 346 },
      { name: "log-loss", value: 0.36 - accuracy / 4, interval: interval(0.36 - accuracy / 4, 0.031), direction: "lower", n: 346 },
      {
        name: "ece",
        value: 0.021,
        interval: { ...interval(0.024, 0.011), method: "bootstrap percentile, 2000 resamples" },
        direction: "lower",
        n: 346,
      },
    ],
    slices: [
      {
        name: "digit=8",
        n: 37,
        metrics: [{ name: "accuracy", value: 0.919, interval: interval(0.919, 0.07), direction: "higher", n: 37 }],
      },
      {
        name: "digit=1",
        n: 36,
        metrics: [{ name: "accuracy", value: 0.972, interval: interval(0.972, 0.05), direction: "higher", n: 36 }],
      },
    ],
    latency: { p50Ms: 0.041, p95Ms: 0.078, p99Ms: 0.152, rowsPerSecond: 91_240 },
    confusion: { labels: LABELS, counts },
    predictions: { digest: digest("b"), size: 41_220, rows: 346, labels: LABELS },
    created: "2026-03-02T10:15:00.000Z",
  };
}

function metric(
  name: string,
  candidate: number,
  baseline: number,
  half: number,
  change: MetricComparison["change"],
  direction: "higher" | "lower" = "higher",
): MetricComparison {
  const delta = candidate - baseline;
  return { name, direction, candidate, baseline, delta, interval: interval(delta, half), margin: 0.01, change, n: 346 };
}

/** A comparison that passes, with one slice that is not decided. */
export function sampleComparison(): Comparison {
  return {
    format: 1,
    kind: "comparison",
    candidate: sampleDocument(4, 0.965),
    baseline: sampleDocument(3, 0.939),
    baselineReason: "digits@3 is in production",
    n: 346,
    metrics: [
      metric("accuracy", 0.965, 0.939, 0.017, "improved"),
      metric("macro-f1", 0.963, 0.937, 0.018, "improved"),
      { ...metric("log-loss", 0.119, 0.125, 0.011, "equivalent", "lower"), margin: 0.02 },
      metric("ece", 0.021, 0.024, 0.013, "inconclusive", "lower"),
    ],
    slices: [
      { name: "digit=8", n: 37, metrics: [{ ...metric("accuracy", 0.919, 0.946, 0.061, "inconclusive"), n: 37 }] },
      { name: "digit=1", n: 36, metrics: [{ ...metric("accuracy", 0.972, 0.861, 0.093, "improved"), n: 36 }] },
      { name: "digit=3", n: 35, metrics: [{ ...metric("accuracy", 0.943, 0.914, 0.055, "inconclusive"), n: 35 }] },
      { name: "digit=9", n: 36, metrics: [{ ...metric("accuracy", 0.972, 0.944, 0.048, "inconclusive"), n: 36 }] },
      { name: "digit=0", n: 35, metrics: [{ ...metric("accuracy", 1, 0.971, 0.045, "inconclusive"), n: 35 }] },
      { name: "digit=5", n: 34, metrics: [{ ...metric("accuracy", 0.971, 0.912, 0.071, "inconclusive"), n: 34 }] },
      { name: "digit=7", n: 35, metrics: [{ ...metric("accuracy", 0.971, 0.943, 0.051, "inconclusive"), n: 35 }] },
    ],
    gates: [
      {
        metric: "accuracy",
        slice: null,
        rule: "not-regressed, margin 0.01",
        verdict: "pass",
        reason: "better by 0.026, 95 % interval of the gain 0.009 to 0.043",
      },
      {
        metric: "log-loss",
        slice: null,
        rule: "not-regressed, margin 0.02",
        verdict: "pass",
        reason: "better by 0.006, 95 % interval of the gain -0.005 to 0.017",
      },
      {
        metric: "macro-f1",
        slice: null,
        rule: "improved",
        verdict: "pass",
        reason: "better by 0.026, 95 % interval of the gain 0.008 to 0.044",
      },
    ],
    verdict: "pass",
    passed: true,
    created: "2026-03-02T10:15:04.000Z",
  };
}

/** The same with a gate that fails and one that is undecided. */
export function failingComparison(): Comparison {
  const base = sampleComparison();
  const [, , ...others] = base.metrics;
  return {
    ...base,
    candidate: sampleDocument(4, 0.913),
    metrics: [metric("accuracy", 0.913, 0.939, 0.012, "regressed"), metric("macro-f1", 0.911, 0.937, 0.013, "regressed"), ...others],
    gates: [
      {
        metric: "accuracy",
        slice: null,
        rule: "not-regressed, margin 0.01",
        verdict: "fail",
        reason: "worse by 0.026, 95 % interval of the gain -0.038 to -0.014: all below -0.01",
      },
      {
        metric: "accuracy",
        slice: "digit=8",
        rule: "not-regressed, margin 0.05",
        verdict: "inconclusive",
        reason: "worse by 0.027, 99.29 % interval of the gain -0.088 to 0.034: not all above -0.05; about 260 examples would tell (37 now)",
      },
      ...base.gates.slice(1, 2),
      { metric: "ece", slice: null, rule: "max 0.05", verdict: "pass", reason: "0.021 against at most 0.05" },
    ],
    verdict: "fail",
    passed: false,
  };
}
