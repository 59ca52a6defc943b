import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { digestOfHex, type Random, randomInt, seededRandom } from "@modelyard/base";
import { categoryDistance, numericDistance } from "./column-distance.ts";
import { driftReportSchema, type Profile } from "./document.ts";
import { type DriftInput, driftReport } from "./drift-report.ts";
import { type ProfileBuilder, profileBuilder } from "./profile-builder.ts";

// Numbers of SciPy and NumPy; testdata/golden.py wrote them and names the versions.
const golden = JSON.parse(readFileSync(new URL("../testdata/golden.json", import.meta.url), "utf8"));

function builderOf(rows: readonly Record<string, string>[], labelColumn?: string): ProfileBuilder {
  const builder = profileBuilder({ labelColumn });
  for (const row of rows) builder.add(row);
  return builder;
}

function ofNumbers(numbers: readonly number[]): ProfileBuilder {
  return builderOf(numbers.map((x) => ({ x: String(x) })));
}

function report(profile: Profile, live: ProfileBuilder, extra: Partial<DriftInput> = {}) {
  const columns = profile.columns.map(({ name }) => name).filter((name) => name !== profile.label?.column);
  const result = driftReport({
    model: "m",
    version: 3,
    profile,
    reference: { dataset: "d", version: 1, digest: digestOfHex("0".repeat(64)) },
    window: { from: "2025-01-01T00:00:00.000Z", to: "2025-01-02T00:00:00.000Z", requests: live.rows, errors: 0 },
    live,
    columns,
    created: "2025-01-02T00:00:00.000Z",
    ...extra,
  });
  return driftReportSchema.parse(result);
}

test("numbers with exact counts: PSI and KS equal NumPy and SciPy", () => {
  const { reference, live, psi, ks } = golden.counted;
  const profile = ofNumbers(reference).build().columns[0]!;
  assert.ok(profile.kind === "numeric" && profile.counts !== null);
  const distance = numericDistance(profile, ofNumbers(live).column("x")!, live.length);
  assert.ok(Math.abs(distance.psi - psi) < 1e-12, `${distance.psi} against ${psi}`);
  assert.ok(Math.abs(distance.distance - ks) < 1e-12, `${distance.distance} against ${ks}`);
});

test("numbers known by quantiles: PSI within 1 % of NumPy's, KS at most SciPy's and within 0.01 of it", () => {
  const { reference, live, psi, ks } = golden.continuous;
  const profile = ofNumbers(reference).build().columns[0]!;
  assert.ok(profile.kind === "numeric" && profile.counts === null);
  const distance = numericDistance(profile, ofNumbers(live).column("x")!, live.length);
  assert.ok(Math.abs(distance.psi / psi - 1) < 0.01, `${distance.psi} against ${psi}`);
  assert.ok(distance.distance <= ks + 1e-3 && distance.distance > ks - 0.01, `${distance.distance} against ${ks}`);
});

test("categories: PSI, Cramer's V and p equal SciPy", () => {
  const { reference, live, psi, cramersV, p } = golden.category;
  const rows = (counts: number[]) => counts.flatMap((count, k) => Array.from({ length: count }, () => ({ x: `c${k}` })));
  const profile = builderOf(rows(reference)).build().columns[0]!;
  assert.ok(profile.kind === "category");
  const window = builderOf(rows(live));
  const distance = categoryDistance(profile, window.column("x")!, window.rows);
  assert.ok(
    Math.abs(distance.psi - psi) < 1e-12 && Math.abs(distance.distance - cramersV) < 1e-12 && Math.abs(distance.p - p) < 1e-12,
    JSON.stringify(distance),
  );
});

function gaussianRows(random: Random, n: number, shifted: ReadonlySet<number>): Record<string, string>[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Array.from({ length: n }, () =>
    Object.fromEntries(Array.from({ length: 12 }, (_, c) => [`x${c}`, (normal() + (shifted.has(c) ? 1 : 0)).toFixed(4)])),
  );
}

test("shifted columns are found, the others stay stable, and the share decides", () => {
  const random = seededRandom(5);
  const profile = builderOf(gaussianRows(random, 3000, new Set())).build();
  const live = builderOf(gaussianRows(random, 500, new Set([0, 4, 7])));
  const result = report(profile, live);
  assert.deepEqual(
    result.columns.filter((c) => c.verdict === "drifted").map((c) => c.name),
    ["x0", "x4", "x7"],
  );
  assert.deepEqual([result.verdict, result.drifted, result.retrain], ["drifted", true, true]);
  assert.match(result.reasons[0]!, /3 of 12 columns drifted \(most: /);
  assert.equal(report(profile, live, { thresholds: { share: 0.5 } }).verdict, "stable");
});

test("A/A: equal traffic drifts in none of 40 windows, and no column does", () => {
  const random = seededRandom(6);
  const profile = builderOf(gaussianRows(random, 2000, new Set())).build();
  for (let run = 0; run < 40; run++) {
    const result = report(profile, builderOf(gaussianRows(random, 250, new Set())));
    assert.deepEqual(
      result.columns.map((c) => c.verdict),
      new Array(12).fill("stable"),
      `window ${run}`,
    );
  }
});

test("a trifle in a large window is significant but not drift", () => {
  const random = seededRandom(8);
  const values = (n: number, shift: number) => ofNumbers(Array.from({ length: n }, () => Number((random.next() + shift).toFixed(4))));
  const column = report(values(60_000, 0).build(), values(60_000, 0.02)).columns[0]!;
  assert.equal(column.verdict, "stable");
  assert.ok(column.test!.p < 1e-4);
});

test("too few rows are insufficient, never drifted", () => {
  const random = seededRandom(9);
  const profile = builderOf(gaussianRows(random, 2000, new Set())).build();
  const result = report(profile, builderOf(gaussianRows(random, 50, new Set([0, 1, 2, 3, 4, 5]))));
  assert.deepEqual([result.verdict, result.drifted, result.retrain], ["insufficient", false, false]);
  assert.match(result.reasons[0]!, /50 rows in the window, 200 needed/);
  const fewReference = report(builderOf(gaussianRows(random, 50, new Set())).build(), builderOf(gaussianRows(random, 500, new Set([0]))));
  assert.equal(fewReference.verdict, "insufficient");
  assert.match(fewReference.reasons.join(), /^not enough evidence: \d+ rows in the reference, \d+ needed$/);
});

test("values that go missing and categories never seen are drift", () => {
  const profile = builderOf(Array.from({ length: 1000 }, (_, i) => ({ x: String(i % 97), kind: i % 2 === 0 ? "a" : "b" }))).build();
  const live = builderOf(
    Array.from({ length: 1000 }, (_, i) => ({ x: i % 3 === 0 ? "" : String(i % 97), kind: i % 2 === 0 ? "a" : "new" })),
  );
  const result = report(profile, live);
  assert.deepEqual(
    result.columns.map((c) => [c.name, c.verdict, c.test?.name]),
    [
      ["x", "drifted", "chi2"],
      ["kind", "drifted", "chi2"],
    ],
  );
});

test("predicted labels against the training classes", () => {
  const random = seededRandom(10);
  const rows = (n: number) => Array.from({ length: n }, () => ({ x: String(randomInt(random, 50)), y: String(randomInt(random, 4)) }));
  const profile = builderOf(rows(2000), "y").build();
  const live = builderOf(rows(400).map(({ x }) => ({ x })));
  const even = report(profile, live, {
    predicted: new Map([
      ["0", 100],
      ["1", 100],
      ["2", 100],
      ["3", 100],
    ]),
  });
  assert.deepEqual([even.labels?.verdict, even.verdict], ["stable", "stable"]);
  const tilted = report(profile, live, {
    predicted: new Map([
      ["0", 300],
      ["1", 50],
      ["2", 50],
    ]),
  });
  assert.deepEqual([tilted.labels?.verdict, tilted.verdict, tilted.retrain], ["drifted", "drifted", true]);
});

test("drift without new examples does not ask for training; failed requests are named", () => {
  const random = seededRandom(12);
  const profile = builderOf(gaussianRows(random, 1000, new Set())).build();
  const live = builderOf(gaussianRows(random, 300, new Set([0, 1, 2, 3])));
  const window = { from: "2025-01-01T00:00:00.000Z", to: "2025-01-02T00:00:00.000Z", requests: 300, errors: 30 };
  const none = report(profile, live, { newExamples: 0, minNewExamples: 1, window });
  assert.deepEqual([none.drifted, none.retrain], [true, false]);
  assert.ok(none.reasons.some((reason) => /0 new labelled examples .* 1 needed/.test(reason)));
  assert.ok(none.reasons.some((reason) => /30 of 300 requests failed \(10 %\)/.test(reason)));
  assert.equal(report(profile, live, { newExamples: 250, minNewExamples: 200 }).retrain, true);
  const told = report(profile, live, { newExamples: 0 });
  assert.ok(told.retrain && told.reasons.some((reason) => /no new labelled examples yet/.test(reason)));
});

test("a column that the profile lacks is named, not guessed", () => {
  const profile = ofNumbers(Array.from({ length: 500 }, (_, i) => i)).build();
  const result = report(profile, builderOf(Array.from({ length: 300 }, (_, i) => ({ x: String(i), z: "1" }))), { columns: ["z"] });
  assert.deepEqual([result.verdict, result.columns[0]?.reason], ["insufficient", "the reference profile has no such column"]);
});
