import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@modelyard/base";
import fc from "fast-check";
import * as stats from "./index.ts";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

test("argsort orders doubles, floats and negative zeros like a stable sort", () => {
  const values = fc.oneof(fc.array(finite), fc.array(fc.float({ noNaN: true })), fc.array(fc.constantFrom(-0, 0, -1, 1, 1e-320, -5e-324)));
  fc.assert(
    fc.property(values, (xs) => {
      const expected = xs.map((_, i) => i).sort((a, b) => (xs[a]! < xs[b]! ? -1 : xs[a]! > xs[b]! ? 1 : a - b));
      assert.deepEqual([...stats.argsort(xs)], expected);
    }),
  );
});

test("quantile functions undo their distribution functions", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      fc.double({ min: 0.5, max: 200, noNaN: true }),
      fc.double({ min: 0.5, max: 200, noNaN: true }),
      (p, a, b) => {
        assert.ok(Math.abs(stats.normalCdf(stats.normalQuantile(p)) - p) < 1e-12);
        assert.ok(Math.abs(stats.betaCdf(stats.betaQuantile(p, a, b), a, b) - p) < 1e-9);
        assert.ok(Math.abs(stats.chiSquaredCdf(stats.chiSquaredQuantile(p, a), a) - p) < 1e-9);
      },
    ),
  );
});

test("Holm is never above Bonferroni and never below Benjamini-Hochberg", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }), (ps) => {
      const [h, b, f] = [stats.holm(ps), stats.bonferroni(ps), stats.benjaminiHochberg(ps)];
      for (const i of ps.keys()) assert.ok(h[i]! <= b[i]! + 1e-12 && f[i]! <= h[i]! + 1e-12 && f[i]! >= ps[i]! - 1e-12);
    }),
  );
});

test("drawn weights sum to the number of rows", () => {
  const weights = new Uint16Array(1_000);
  stats.drawWeights(seededRandom(1), weights);
  assert.equal(
    weights.reduce((a, b) => a + b, 0),
    1_000,
  );
  assert.ok(weights.some((w) => w > 1) && weights.some((w) => w === 0));
});

test("bootstrap p-value: small when all replicates lie on one side, 1 when they straddle it", () => {
  assert.ok(stats.bootstrapPValue(Float64Array.from({ length: 999 }, (_, i) => 1 + i)) <= 0.002);
  assert.equal(stats.bootstrapPValue(Float64Array.from({ length: 999 }, (_, i) => i - 499)), 1);
});

test("paired difference of rates: Newcombe's example of method 10 (table 36, 12, 2, 0 gives 0.0569 to 0.3404)", () => {
  const { low, high } = stats.pairedRateDifference(36, 12, 2, 0, 0.95);
  assert.deepEqual([low.toFixed(4), high.toFixed(4)], ["0.0569", "0.3404"]);
});

test("effect sizes of known cases", () => {
  assert.ok(Math.abs(stats.cohensD([2, 4, 6], [1, 3, 5]) - 0.5) < 1e-12);
  assert.equal(stats.cohensH(0.5, 0.5), 0);
  assert.ok(Math.abs(stats.cohensH(1, 0) - Math.PI) < 1e-12);
});

test("a table with one row or one column filled has nothing to test", () => {
  assert.equal(
    stats.contingencyTest([
      [5, 0],
      [0, 0],
    ]).p,
    1,
  );
  assert.equal(stats.contingencyTest([[5], [7]]).p, 1);
});

test("classes fully apart: the area is 1 and its interval still has a width", () => {
  const isPositive = Uint8Array.from([0, 0, 0, 1, 1]);
  const area = stats.rocArea([1, 2, 3, 4, 5], isPositive);
  const { low, high } = stats.delongInterval(area, isPositive, 0.95);
  assert.equal(area.auc, 1);
  assert.ok(low < 0.5 && high === 1);
});
