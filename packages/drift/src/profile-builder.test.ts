import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { columnLimits } from "./column-summary.ts";
import { profileSchema } from "./document.ts";
import { profileBuilder } from "./profile-builder.ts";

function profileOf(rows: Record<string, string>[], labelColumn?: string) {
  const builder = profileBuilder({ labelColumn });
  for (const row of rows) builder.add(row);
  const profile = builder.build();
  profileSchema.parse(profile);
  return profile;
}

test("numbers get moments, quantiles and exact counts", () => {
  const profile = profileOf([1, 2, 2, 3, 10].map((x) => ({ x: String(x) })));
  const column = profile.columns[0]!;
  assert.ok(column.kind === "numeric");
  assert.deepEqual(column.quantiles, [1, 2, 2, 3, 10]);
  assert.deepEqual(column.counts, [
    [1, 1],
    [2, 2],
    [3, 1],
    [10, 1],
  ]);
  assert.equal(column.mean, 3.6);
  assert.ok(Math.abs(column.std - Math.sqrt(13.3)) < 1e-12);
});

test("one text makes a column a category, also after numbers", () => {
  const profile = profileOf([{ x: "1" }, { x: "2" }, { x: "two" }, { x: "2" }]);
  assert.deepEqual(profile.columns[0], {
    name: "x",
    kind: "category",
    n: 4,
    missing: 0,
    counts: [
      ["2", 2],
      ["1", 1],
      ["two", 1],
    ],
    other: 0,
  });
});

test("empty cells, NaN and absent columns are missing; infinities and hexadecimal are texts", () => {
  const profile = profileOf([{ x: "1", y: "" }, { x: "", y: "0x10" }, { x: "NaN" }, { x: " 2.5e1 ", y: "Infinity" }]);
  const [x, y] = profile.columns;
  assert.ok(x?.kind === "numeric" && y?.kind === "category");
  assert.deepEqual([x.n, x.missing, x.max], [2, 2, 25]);
  assert.deepEqual([y.n, y.missing], [2, 2]);
});

test("different spellings of a number are one value", () => {
  const column = profileOf([{ x: "1" }, { x: "1.0" }, { x: "1e0" }]).columns[0]!;
  assert.ok(column.kind === "numeric");
  assert.deepEqual(column.counts, [[1, 3]]);
});

test("categories beyond 256 are counted as other", () => {
  const column = profileOf(Array.from({ length: 300 }, (_, i) => ({ x: `c${i}` }))).columns[0]!;
  assert.ok(column.kind === "category");
  assert.equal(column.counts.length, 256);
  assert.equal(column.other, 44);
});

test("texts beyond the distinct limit are counted as other, never lost", () => {
  const column = profileOf(Array.from({ length: 12_000 }, (_, i) => ({ x: `id-${i}` }))).columns[0]!;
  assert.ok(column.kind === "category");
  assert.equal(column.n, 12_000);
  assert.equal(column.other, 12_000 - 256);
});

test("prose counts as other, so that a profile of documents stays small", () => {
  const column = profileOf([...Array.from({ length: 50 }, (_, i) => ({ x: `t${i}`.repeat(1_000) })), { x: "short" }, { x: "short" }])
    .columns[0]!;
  assert.ok(column.kind === "category");
  assert.deepEqual([column.n, column.counts, column.other], [52, [["short", 2]], 50]);
});

test("a column of more distinct numbers than are counted keeps its moments and quantiles", () => {
  const builder = profileBuilder({ labelColumn: "x" });
  for (let i = 0; i < 12_000; i++) builder.add({ x: `${i / 4}` });
  const { columns, label } = builder.build();
  assert.ok(columns[0]?.kind === "numeric");
  assert.deepEqual([columns[0].n, columns[0].max, columns[0].counts, columns[0].quantiles.length], [12_000, 2_999.75, null, 101]);
  assert.deepEqual(label!.classes, []);
  builder.add({ x: "text" });
  const mixed = builder.build().columns[0]!;
  assert.ok(mixed.kind === "category");
  assert.deepEqual([mixed.n, mixed.other], [12_001, 12_001]);
});

test("the columns of a wide table share what is kept, and none has too little", () => {
  assert.deepEqual(columnLimits(50), { samples: 100_000, distinct: 10_000 });
  assert.deepEqual(columnLimits(500), { samples: 10_000, distinct: 1_000 });
  assert.deepEqual(columnLimits(1_000_000), { samples: 250, distinct: 64 });
  const names = Array.from({ length: 5_000 }, (_, i) => `c${i}`);
  const builder = profileBuilder({ labelColumn: "c3" });
  for (let row = 0; row < 300; row++)
    builder.addCells(
      names,
      names.map((_, i) => (i % 2 === 0 ? `${row}` : `t${row}`)),
    );
  const profile = profileSchema.parse(builder.build());
  assert.equal(builder.width, 5_000);
  const [number, text] = profile.columns;
  assert.ok(number?.kind === "numeric" && text?.kind === "category");
  assert.deepEqual([number.n, number.min, number.max, number.quantiles.length], [300, 0, 299, 101]);
  assert.deepEqual([text.n, text.counts.length, text.other], [300, 16, 284]);
  assert.equal(profile.label!.classes.length, 300, "the classes of the label are all counted");
});

test("rows as cells and rows as records give one profile", () => {
  const [a, b] = [profileBuilder(), profileBuilder()];
  for (let i = 0; i < 20; i++) {
    a.add({ x: `${i}`, y: "t" });
    b.addCells(["x", "y"], [`${i}`, "t"]);
  }
  assert.deepEqual(a.build(), b.build());
});

test("classes of the label column, most frequent first", () => {
  const profile = profileOf([{ y: "b" }, { y: "a" }, { y: "b" }], "y");
  assert.deepEqual(profile.label, {
    column: "y",
    classes: [
      ["b", 2],
      ["a", 1],
    ],
  });
});

test("a table past the sample limit keeps its quantiles within half a percent and its profile is repeatable", () => {
  const build = () => {
    const builder = profileBuilder();
    for (let i = 0; i < 150_000; i++) builder.add({ x: String((i * 7919) % 150_000) });
    return builder.build();
  };
  const column = build().columns[0]!;
  assert.ok(column.kind === "numeric");
  assert.deepEqual([column.n, column.min, column.max, column.counts], [150_000, 0, 149_999, null]);
  for (const [i, q] of column.quantiles.entries()) assert.ok(Math.abs(q / 150_000 - i / 100) < 0.005, `quantile ${i}`);
  assert.deepEqual(build(), build());
});

test("no rows and columns without a value still give a valid profile", () => {
  assert.deepEqual(profileOf([]).columns, []);
  assert.equal(profileOf([{ x: "" }]).columns[0]?.kind, "category");
});

test("quantiles ascend and n + missing is the number of rows", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), fc.constant("")), { maxLength: 300 }),
      (cells) => {
        const column = profileOf(cells.map((x) => ({ x }))).columns[0];
        if (column === undefined) return;
        assert.equal(column.n + column.missing, cells.length);
        if (column.kind === "numeric")
          for (let i = 1; i < column.quantiles.length; i++) assert.ok(column.quantiles[i]! >= column.quantiles[i - 1]!);
      },
    ),
  );
});
