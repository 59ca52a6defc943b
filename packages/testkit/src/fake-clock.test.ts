import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeClock } from "./fake-clock.ts";

test("sleepers wake in order of their time, and only when it has come", async () => {
  const clock = fakeClock();
  const woken: string[] = [];
  void clock.sleep(20).then(() => woken.push(`b at ${clock.monotonic()}`));
  void clock.sleep(10).then(() => woken.push(`a at ${clock.monotonic()}`));
  await clock.advance(9);
  assert.deepEqual(woken, []);
  await clock.advance(100);
  assert.deepEqual(woken, ["a at 10", "b at 20"]);
  assert.equal(clock.monotonic(), 109);
  assert.equal(clock.sleeping, 0);
});

test("a sleep ends with the signal's reason", async () => {
  const clock = fakeClock();
  const controller = new AbortController();
  const sleeping = clock.sleep(1_000, controller.signal);
  controller.abort(new Error("stop"));
  await assert.rejects(sleeping, /stop/);
  await assert.rejects(clock.sleep(1, controller.signal), /stop/);
});

test("an auto clock moves by what was slept, and a jump moves wall time alone", async () => {
  const clock = fakeClock({ auto: true });
  const start = clock.now();
  await clock.sleep(3_600_000);
  clock.jump(-1_000);
  assert.equal(clock.now() - start, 3_599_000);
  assert.equal(clock.monotonic(), 3_600_000);
  assert.deepEqual(clock.sleeps, [3_600_000]);
});
