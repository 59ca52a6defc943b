import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@modelyard/base";
import {
  logMultinomialOdds,
  logShareEvidence,
  rateSequence,
  shareTestPValue,
  shareTestRejects,
  stakeShareTest,
  startShareTest,
  updateShareTest,
} from "./index.ts";

test("multinomial odds equal savvi 0.3.1: counts (13, 21), theta 0.1, k 100", () => {
  const odds = Math.exp(logMultinomialOdds([13, 21], [0.1, 0.9], 100));
  assert.ok(Math.abs(odds / 17.0902673401524 - 1) < 1e-10, String(odds));
});

test("share test: one interval equals the weighted mean of the likelihood ratios worked out by hand", () => {
  const counts = { canaryRequests: 10, canaryFailures: 2, stableRequests: 90, stableFailures: 1 };
  const factors = Array.from({ length: 24 }, (_, i) => 1.5 * (40 / 1.5) ** (i / 23));
  const ratios = factors.map((r) => {
    const q = (r * 0.1) / (0.9 + r * 0.1);
    return r * (q / 0.1) ** 2 * ((1 - q) / 0.9);
  });
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b);
  const expected = sum(ratios) / sum(factors);
  assert.ok(Math.abs(Math.exp(logShareEvidence(updateShareTest(startShareTest(), counts))) / expected - 1) < 1e-12);
  assert.ok(Math.abs(Math.exp(logShareEvidence(updateShareTest(startShareTest(0.25), counts))) / (expected / 4) - 1) < 1e-12);
});

test("share test: stakes add up; a late stake finds a late change that a long good time would hide", () => {
  const good = { canaryRequests: 100, canaryFailures: 2, stableRequests: 100, stableFailures: 2 };
  const bad = { canaryRequests: 100, canaryFailures: 10, stableRequests: 100, stableFailures: 0 };
  assert.ok(Math.abs(Math.exp(logShareEvidence(stakeShareTest(startShareTest(0.75), 0.25))) - 1) < 1e-12);
  let [alone, staked] = [startShareTest(1), startShareTest(0.99)];
  for (let i = 0; i < 200; i++) {
    alone = updateShareTest(alone, good);
    staked = updateShareTest(staked, good);
  }
  staked = stakeShareTest(staked, 0.01);
  const looks = (state: ReturnType<typeof startShareTest>): number => {
    let now = state;
    for (let look = 1; look <= 50; look++) {
      now = updateShareTest(now, bad);
      if (shareTestRejects(now, 0.001)) return look;
    }
    return 51;
  };
  assert.equal(looks(staked), 2);
  assert.ok(looks(alone) > 5, String(looks(alone)));
});

test("share test: equal sides are rejected in at most alpha of the runs with stakes of one in all placed over time", () => {
  const random = seededRandom(11);
  let rejected = 0;
  for (let run = 0; run < 200; run++) {
    let state = startShareTest(0.5);
    for (let look = 0; look < 300 && !shareTestRejects(state, 0.05); look++) {
      const w = look < 150 ? 0.1 : 0.5;
      const canary = random.next() < w;
      state = updateShareTest(state, {
        canaryRequests: w * 10,
        canaryFailures: canary ? 1 : 0,
        stableRequests: (1 - w) * 10,
        stableFailures: canary ? 0 : 1,
      });
      state = stakeShareTest(state, look === 149 ? 0.2 : 0.3 / 299);
    }
    if (shareTestRejects(state, 0.05)) rejected++;
  }
  // 5 % of 200 is 10; more than 20 would have probability below 0.3 %.
  assert.ok(rejected <= 20, `${rejected} of 200`);
});

test("share test: an idle side or no failures change nothing; the state survives JSON", () => {
  const start = startShareTest();
  assert.equal(updateShareTest(start, { canaryRequests: 10, canaryFailures: 5, stableRequests: 0, stableFailures: 0 }), start);
  assert.equal(updateShareTest(start, { canaryRequests: 10, canaryFailures: 0, stableRequests: 90, stableFailures: 0 }), start);
  const counts = { canaryRequests: 50, canaryFailures: 5, stableRequests: 450, stableFailures: 1 };
  const once = updateShareTest(start, counts);
  assert.deepEqual(updateShareTest(JSON.parse(JSON.stringify(once)), counts), updateShareTest(once, counts));
});

test("share test: all canary answers failing at 1 % of the traffic is found within three failures", () => {
  let state = startShareTest();
  for (let i = 0; i < 3; i++)
    state = updateShareTest(state, { canaryRequests: 1, canaryFailures: 1, stableRequests: 99, stableFailures: 0 });
  assert.equal(shareTestRejects(state, 0.001), true);
  assert.ok(shareTestPValue(state) <= 0.001);
});

/** Share of runs in which the test ever rejects: 600 looks, one a second. */
function rejections(runs: number, alpha: number, canaryRate: number, stableRate: number): number {
  const random = seededRandom(20_250_101);
  const failures = (requests: number, rate: number): number => {
    let count = 0;
    for (let i = 0; i < requests; i++) if (random.next() < rate) count++;
    return count;
  };
  let rejected = 0;
  for (let run = 0; run < runs; run++) {
    let state = startShareTest();
    for (let second = 0; second < 600 && !shareTestRejects(state, alpha); second++) {
      const canaryRequests = failures(50, 0.1);
      state = updateShareTest(state, {
        canaryRequests,
        canaryFailures: failures(canaryRequests, canaryRate),
        stableRequests: 50 - canaryRequests,
        stableFailures: failures(50 - canaryRequests, stableRate),
      });
    }
    if (shareTestRejects(state, alpha)) rejected++;
  }
  return rejected;
}

test("share test: equal sides are rejected in at most alpha of the runs though looked at each second; a tenfold rate nearly always", () => {
  // 200 runs at alpha 5 %: more than 20 false alarms would have probability below 0.3 %.
  assert.ok(rejections(200, 0.05, 0.02, 0.02) <= 20);
  assert.ok(rejections(50, 0.001, 0.1, 0.01) >= 49);
});

test("rate sequence: nothing known at first, contains the rate, narrows", () => {
  assert.deepEqual(rateSequence({ successes: 0, failures: 0 }, 0.05), { low: 0, high: 1 });
  const few = rateSequence({ successes: 9, failures: 1 }, 0.05);
  const many = rateSequence({ successes: 900, failures: 100 }, 0.05);
  assert.ok(few.low < many.low && many.low < 0.9 && 0.9 < many.high && many.high < few.high);
  assert.equal(rateSequence({ successes: 50, failures: 0 }, 0.05).high, 1);
});

test("rate sequence: with a uniform prior and n successes the lower bound is (alpha / (n + 1))^(1/n)", () => {
  for (const n of [1, 10, 1000]) {
    const { low } = rateSequence({ successes: n, failures: 0 }, 0.01);
    assert.ok(Math.abs(low - (0.01 / (n + 1)) ** (1 / n)) < 1e-12);
  }
});

test("rate sequence: covers the true rate at every one of 500 looks in at least 1 - alpha of the runs", () => {
  const random = seededRandom(7);
  let missed = 0;
  for (let run = 0; run < 200; run++) {
    let successes = 0;
    for (let n = 1; n <= 500; n++) {
      if (random.next() < 0.97) successes++;
      const { low, high } = rateSequence({ successes, failures: n - successes }, 0.1);
      if (low <= 0.97 && 0.97 <= high) continue;
      missed++;
      break;
    }
  }
  assert.ok(missed <= 32, `${missed} of 200 runs missed; 20 expected at most`);
});
