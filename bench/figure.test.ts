import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { measure, median } from "./cpu-time.ts";
import { figure } from "./figure.ts";

test("a figure has the ratio of ours to the peer's, when there is a peer", () => {
  assert.deepEqual(figure("a", "s", 1, 3), { name: "a", unit: "s", ours: 1, peer: 3, ratio: 0.333, goal: "", ok: true });
  assert.deepEqual(figure("a", "s", 1, undefined, { text: "under 1", ok: false }).ratio, undefined);
});

test("the median of an even number of values is the middle of two", () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([3, 1, 2]), 2);
});

test("CPU time is that of the process tree, and the exit code is kept", async () => {
  const busy = "const end = process.cpuUsage().user + 200_000; while (process.cpuUsage().user < end);";
  const parent = `require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(busy)}]); process.exit(3);`;
  const usage = await measure(process.execPath, ["-e", parent]);
  assert.equal(usage.code, 3);
  assert.ok(usage.cpuSeconds >= 0.2, String(usage.cpuSeconds));
});

for (const [argv, problem] of [
  [[], "one area is expected"],
  [["strat"], 'there is no area "strat"; did you mean start?'],
  [["start", "--fast"], "--fast is not an option"],
] as const) {
  test(`bench ${argv.join(" ")} is refused with the usage`, () => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, "main.ts"), ...argv], { encoding: "utf8" });
    assert.deepEqual([status, stdout], [1, ""]);
    assert.ok(stderr.startsWith(`bench: ${problem}\nUsage: `), stderr);
  });
}
