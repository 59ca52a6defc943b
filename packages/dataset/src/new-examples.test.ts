import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryYard, nodeHasher } from "@modelyard/store";
import { temporaryDirectory } from "@modelyard/testkit";
import fc from "fast-check";
import { countNewExamples } from "./new-examples.ts";
import { yardPages } from "./store-sink.ts";
import { csv, push, writeTree } from "./testing/fixtures.ts";

const row = fc.constantFrom("1", "2", "3", '"a\nb"', 'a"', "", " ");
const rows = fc.array(row, { maxLength: 8 });
const ending = fc.constantFrom("\n", "\r\n", "");

interface Table {
  readonly rows: readonly string[];
  readonly last: string;
}

/** Rows of the tables as examples: not the blank ones. */
function examplesOf(tables: Readonly<Record<string, Table>>): string[] {
  return Object.values(tables).flatMap((table) => table.rows.filter((text) => text !== ""));
}

function difference(before: readonly string[], after: readonly string[]): number {
  const left = [...before];
  return after.filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  }).length;
}

test("new examples are the multiset difference of rows, for tables that begin alike and in several passes, too", async () => {
  await using directory = await temporaryDirectory();
  const table = fc.record({ rows, last: ending });
  const version = fc.record({ "a.csv": table, "b.csv": table });
  let round = 0;
  await fc.assert(
    fc.asyncProperty(rows, version, version, async (start, one, two) => {
      const yard = memoryYard();
      const made = [];
      for (const tables of [one, two]) {
        const whole = Object.fromEntries(
          Object.entries(tables).map(([path, part]): [string, Table] => [path, { rows: [...start, ...part.rows], last: part.last }]),
        );
        const source = directory.at(`${++round}`);
        const files = Object.entries(whole).map(([path, part]) => [path, ["x", ...part.rows].join("\n") + part.last]);
        await writeTree(source, Object.fromEntries(files) as Record<string, string>);
        made.push({ ...(await push(yard, source)), examples: examplesOf(whole) });
      }
      const [before, after] = [made[0]!, made[1]!];
      const expected = difference(before.examples, after.examples);
      for (const keysAtOnce of [1, 3, 1_000]) {
        const options = { yard, hasher: nodeHasher, pages: yardPages(yard), before: before.record, after: after.record };
        assert.equal(await countNewExamples(options, keysAtOnce), expected);
      }
    }),
    { numRuns: 60 },
  );
});

test("a dry run finds a table whose name on this machine has another Unicode form", async () => {
  await using directory = await temporaryDirectory();
  const yard = memoryYard();
  await writeTree(directory.path, { "e\u0301/t.csv": csv(10) });
  await push(yard, directory.path);
  await writeTree(directory.path, { "e\u0301/t.csv": csv(13) });
  const dry = await push(yard, directory.path, { dryRun: true });
  assert.deepEqual([dry.newExamples, dry.examples.total], [3, 13]);
});
