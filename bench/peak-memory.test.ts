import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { measure } from "./cpu-time.ts";
import { type PeakWatch, watchPeak } from "./peak-memory.ts";

const BYTES = 150_000_000;

test("the peak is that of the largest process of the tree, where the system tells it", async () => {
  const hold = `const held = Buffer.alloc(${BYTES}, 1); setTimeout(() => process.exit(held[0] - 1), 300)`;
  const parent = `require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(hold)}]).status`;
  const watches: PeakWatch[] = [];
  const usage = await measure(process.execPath, ["-e", parent], { onStart: (pid) => void watches.push(watchPeak(pid)) });
  const peak = watches[0]?.stop();
  assert.equal(usage.code, 0);
  if (!existsSync("/proc/self/status")) return assert.equal(peak, undefined);
  assert.ok(peak !== undefined && peak >= BYTES, String(peak));
});
