import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatCount,
  formatDelta,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatSigned,
  formatWithInterval,
} from "./format-number.ts";

const interval = (low: number, high: number) => ({ low, high, level: 0.95, method: "wilson" });

test("the width of the interval sets the digits", () => {
  const cases: readonly (readonly [number, number, number, string])[] = [
    [0.9531, 0.9312, 0.9694, "0.953 [0.931, 0.969]"],
    [0.9531, 0.95301, 0.95322, "0.95310 [0.95301, 0.95322]"],
    [1234.5, 1100, 1400, "1235 [1100, 1400]"],
    [-0.5, -0.9, -0.1, "−0.50 [−0.90, −0.10]"],
    [1, 1, 1, "1.00 [1.00, 1.00]"],
  ];
  for (const [value, low, high, expected] of cases) assert.equal(formatWithInterval(value, interval(low, high)), expected);
});

test("differences carry their sign", () => {
  assert.equal(formatDelta(0.0121, interval(0.0042, 0.0203)), "+0.012 [+0.004, +0.020]");
  assert.equal(formatDelta(-0.0121, interval(-0.0203, 0)), "−0.012 [−0.020, ±0.000]");
  assert.equal(formatSigned(0), "±0.00");
});

test("odd numbers", () => {
  assert.equal(formatNumber(Number.NaN), "n/a");
  assert.equal(formatNumber(Number.POSITIVE_INFINITY), "n/a");
  assert.equal(formatNumber(-0.00001, 3), "0.000");
  assert.equal(formatNumber(1.5e12), "1.500e+12");
  assert.equal(formatNumber(0.000012349), "0.0000123");
  assert.equal(formatCount(1_234_567), "1,234,567");
  assert.equal(formatCount(-1_234), "−1,234");
  assert.deepEqual([0.0412, 12.34, 456.7, 1_234].map(formatMilliseconds), ["0.04 ms", "12.3 ms", "457 ms", "1.23 s"]);
  assert.deepEqual([0, 0.005, 0.5].map(formatPercent), ["0%", "0.5%", "50%"]);
});
