import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { hasCode, seededRandom, silentLog } from "@modelyard/base";
import { type DriftReport, driftReportSchema } from "@modelyard/drift";
import { octokitGitHub } from "@modelyard/github/octokit";
import { predictionHour, predictionKey } from "@modelyard/model";
import { moveStage } from "@modelyard/registry";
import { systemClock } from "@modelyard/store/system-clock";
import { startFakeGitHub, temporaryDirectory } from "@modelyard/testkit";
import { datasetPush } from "./dataset-push.ts";
import { type MonitorInputs, monitor } from "./monitor.ts";
import { openContextYard } from "./open-yard.ts";
import { register } from "./register.ts";
import { writeSegment } from "./testing/prediction-log.ts";
import { type TestContext, testContext } from "./testing/test-context.ts";
import { writeThresholdModel } from "./testing/threshold-model.ts";

const INPUTS: MonitorInputs = { name: "points", version: "production", window: 24 * 3_600_000, output: "drift.json" };
const NOW = Date.UTC(2026, 4, 2, 12);

async function prepare(
  directory: { path: string; at(...parts: string[]): string },
  overrides: Partial<TestContext> = {},
): Promise<TestContext> {
  const context = testContext(directory.path, { clock: { ...systemClock, now: () => NOW }, ...overrides });
  const random = seededRandom(11);
  const rows = Array.from({ length: 1_000 }, () => {
    const a = random.next() * 2 - 1;
    return `${a.toFixed(3)},${(random.next() * 10).toFixed(2)},${a > 0 ? "yes" : "no"}`;
  });
  await mkdir(directory.at("data"));
  await writeFile(directory.at("data", "rows.csv"), `a,b,label\n${rows.join("\n")}\n`);
  await datasetPush({ path: "data", name: "points", labelColumn: "label", examples: "auto", pointer: "none" }, context);
  await writeThresholdModel(directory.at("out"));
  await register({ name: "points", model: "out/model.onnx", dataset: "points@1", timeout: 30_000 }, context);
  const yard = await openContextYard({}, context, { create: false });
  for (const stage of ["staging", "production"] as const)
    await moveStage(yard, { name: "points", stage, version: 1, by: "promote", reason: "test" }, context);
  return context;
}

interface Traffic {
  readonly requests: number;
  readonly seed: number;
  readonly shift?: number;
  readonly hoursAgo?: number;
  readonly failing?: number;
  readonly more?: readonly string[];
}

/** Writes a segment of requests of two rows each. */
async function log(context: TestContext, traffic: Traffic): Promise<void> {
  const random = seededRandom(traffic.seed);
  const time = NOW - (traffic.hoursAgo ?? 2) * 3_600_000;
  const lines = Array.from({ length: traffic.requests }, (_, i) => {
    const a = [random.next() * 2 - 1 + (traffic.shift ?? 0), random.next() * 2 - 1 + (traffic.shift ?? 0)];
    const data = a.flatMap((value) => [value, random.next() * 10]);
    const p = a.flatMap((value) => (value > 0 ? [0.1, 0.9] : [0.9, 0.1]));
    const base = {
      id: `${traffic.seed}-${i}`,
      time: new Date(time + i).toISOString(),
      model: "points",
      version: 1,
      role: "stable",
      latencyMs: 1,
    };
    const inputs = [{ name: "x", dtype: "float32", shape: [2, 2], data }];
    if (i < (traffic.failing ?? 0)) return JSON.stringify({ ...base, inputs, outputs: [], error: "broken" });
    return JSON.stringify({ ...base, inputs, outputs: [{ name: "p", dtype: "float32", shape: [2, 2], data: p }] });
  });
  const yard = await openContextYard({}, context, { create: false });
  const segment = { model: "points", version: 1, timeMs: time, name: `s${traffic.seed}` };
  await writeSegment(yard, segment, [...lines, ...(traffic.more ?? [])]);
}

test("equal traffic is stable, shifted traffic drifts; lines outside the window do not count", async () => {
  await using directory = await temporaryDirectory();
  const context = await prepare(directory);
  await log(context, { requests: 200, seed: 1 });
  await log(context, { requests: 300, seed: 2, shift: 3, hoursAgo: 30 });
  const stable = await monitor(INPUTS, context);
  assert.deepEqual(
    [stable.verdict, stable.drifted, stable.retrain, stable.rows, stable.requests, stable.issueUrl],
    ["stable", false, false, 400, 200, undefined],
  );
  const report = driftReportSchema.parse(JSON.parse(await readFile(directory.at("drift.json"), "utf8")) as DriftReport);
  assert.deepEqual(
    report.columns.map((column) => [column.name, column.verdict]),
    [
      ["a", "stable"],
      ["b", "stable"],
    ],
  );
  assert.equal(report.labels?.verdict, "stable");
  const wide = await monitor({ ...INPUTS, window: 48 * 3_600_000, dryRun: true }, context);
  assert.deepEqual([wide.verdict, wide.retrain, wide.rows, wide.report], ["drifted", true, 1000, undefined]);
  assert.ok(wide.reasons.some((reason) => /1 of 2 columns drifted \(most: a\)/.test(reason)));
});

test("too little traffic is insufficient; failed requests and unreadable lines are counted and named", async () => {
  await using directory = await temporaryDirectory();
  const context = await prepare(directory);
  assert.equal((await monitor(INPUTS, context)).verdict, "insufficient");
  const other = JSON.stringify({
    id: "o",
    time: new Date(NOW - 1000).toISOString(),
    model: "points",
    version: 9,
    role: "stable",
    inputs: [],
    outputs: [],
    latencyMs: 1,
  });
  await log(context, { requests: 150, seed: 3, failing: 30, more: ["{ no json", other] });
  const yard = await openContextYard({}, context, { create: false });
  const cut = gzipSync("x".repeat(5_000)).subarray(0, 20);
  await yard.store.putIfAbsent(predictionKey("points", 1, predictionHour(NOW), "cut"), cut);
  const outputs = await monitor(INPUTS, context);
  assert.deepEqual([outputs.verdict, outputs.rows, outputs.errors], ["stable", 300, 30]);
  const said = outputs.reasons.join("\n");
  assert.match(said, /30 of 150 requests failed \(20 %\)/);
  assert.match(said, /3 lines of the log could not be used: .*line 151.*points@9.*cut\.jsonl\.gz/);
});

test("one issue: opened, updated, closed when healed, opened again", async () => {
  await using directory = await temporaryDirectory();
  await using github = await startFakeGitHub();
  const port = octokitGitHub({
    token: "ghs_test",
    repository: { owner: "octo", repo: "yard" },
    apiUrl: github.url,
    clock: systemClock,
    log: silentLog,
  });
  let now = NOW;
  const context = await prepare(directory, { clock: { ...systemClock, now: () => now }, github: () => port });
  const inputs: MonitorInputs = { ...INPUTS, window: 3_600_000 * 3, labels: ["drift"] };
  const states = (): string[] => [...github.state.issues.values()].map((issue) => issue.state);
  await log(context, { requests: 200, seed: 4, shift: 2 });
  const opened = await monitor(inputs, context);
  assert.ok(opened.issueUrl);
  assert.equal((await monitor(inputs, context)).issueUrl, opened.issueUrl);
  assert.deepEqual(states(), ["open"]);
  now = NOW + 5 * 3_600_000;
  assert.equal((await monitor(inputs, context)).verdict, "insufficient");
  assert.deepEqual(states(), ["open"], "too little traffic closes nothing");
  await log(context, { requests: 200, seed: 5, hoursAgo: -4 });
  assert.equal((await monitor(inputs, context)).issueUrl, opened.issueUrl);
  assert.deepEqual(states(), ["closed"]);
  now = NOW + 10 * 3_600_000;
  await log(context, { requests: 200, seed: 6, shift: 2, hoursAgo: -9 });
  assert.equal((await monitor(inputs, context)).issueUrl, opened.issueUrl);
  assert.deepEqual(states(), ["open"]);
});

test("a token that may not write issues: the report is written, then one error names the permission", async () => {
  await using directory = await temporaryDirectory();
  await using github = await startFakeGitHub({ tokens: { weak: { permissions: { contents: "read" } } } });
  const port = octokitGitHub({
    token: "weak",
    repository: { owner: "octo", repo: "yard" },
    apiUrl: github.url,
    clock: systemClock,
    log: silentLog,
  });
  const context = await prepare(directory, { github: () => port });
  await log(context, { requests: 200, seed: 7, shift: 2 });
  await assert.rejects(monitor(INPUTS, context), (error) => hasCode(error, "GITHUB_FORBIDDEN"));
  assert.equal(driftReportSchema.parse(JSON.parse(await readFile(directory.at("drift.json"), "utf8"))).drifted, true);
});

test("bad input gives one clear error", async () => {
  await using directory = await temporaryDirectory();
  const context = await prepare(directory);
  await register({ name: "alone", model: "out/model.onnx", timeout: 30_000 }, context);
  const cases: [Partial<MonitorInputs>, string][] = [
    [{ name: undefined }, "INPUT_INVALID"],
    [{ version: "7" }, "MODEL_VERSION_MISSING"],
    [{ name: "alone", version: "1" }, "MONITOR_NO_REFERENCE"],
    [{ window: 400 * 24 * 3_600_000 }, "MONITOR_WINDOW"],
    [{ yard: "nowhere" }, "YARD_MISSING"],
  ];
  for (const [inputs, code] of cases)
    await assert.rejects(monitor({ ...INPUTS, ...inputs }, context), (error) => hasCode(error, code), code);
});
