import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { callRecorder, countsSince, emptySnapshot } from "../index.ts";
import { addDuration, countAbove, histogramQuantile, newHistogram } from "./histogram.ts";

test("quantiles are at most 5 % above the exact ones, never below", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.06, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (durations, p) => {
        const histogram = newHistogram();
        for (const duration of durations) addDuration(histogram, duration);
        const exact = durations.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(p * durations.length) - 1)]!;
        const got = histogramQuantile(histogram, p)!;
        assert.ok(got >= exact * (1 - 1e-9) && got <= exact * 1.0501, `${got} for ${exact}`);
      },
    ),
  );
  assert.equal(histogramQuantile(newHistogram(), 0.5), null);
});

test("counts above a limit leave out at most the bucket that the limit cuts", () => {
  const histogram = newHistogram();
  for (let ms = 1; ms <= 1_000; ms++) addDuration(histogram, ms);
  const above = countAbove(histogram, 500);
  assert.ok(above <= 500 && above >= 475, String(above));
  assert.equal(countAbove(histogram, 1e9), 0);
});

function clocked() {
  let now = 0;
  const recorder = callRecorder({ monotonic: () => now });
  return {
    recorder,
    wait(ms: number) {
      now += ms;
    },
  };
}

test("answers by status, once each; a client that leaves is nobody's error", () => {
  const { recorder, wait } = clocked();
  for (const status of [200, 404, 500, 0, 503]) {
    const call = recorder.start();
    wait(10);
    call.end(status);
    call.end(500);
    call.abandon();
  }
  recorder.start().abandon();
  const { requests, errors, rejected, slow } = countsSince(recorder.snapshot(), emptySnapshot, 5);
  assert.deepEqual({ requests, errors, rejected, slow }, { requests: 6, errors: 3, rejected: 1, slow: 5 });
});

test("a hung call counts as slow as soon as it is overdue, and once", () => {
  const { recorder, wait } = clocked();
  const start = recorder.snapshot();
  const call = recorder.start();
  wait(20);
  const soon = recorder.snapshot();
  assert.equal(countsSince(soon, start, 100).requests, 0);
  wait(200);
  const later = recorder.snapshot();
  const overdue = countsSince(later, start, 100);
  assert.deepEqual([overdue.requests, overdue.slow, overdue.errors], [1, 1, 0]);
  wait(500);
  call.end(504);
  const end = recorder.snapshot();
  const rest = countsSince(end, later, 100);
  assert.deepEqual([rest.requests, rest.slow], [0, 0]);
  const whole = countsSince(end, start, 100);
  assert.deepEqual([whole.requests, whole.slow, whole.errors], [1, 1, 1]);
});
