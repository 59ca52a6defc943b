import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { schemaProblems } from "./schema-problems.ts";

const schema = z.strictObject({
  format: z.literal(1),
  name: z.string(),
  split: z.enum(["train", "test"]),
  rows: z.array(z.strictObject({ n: z.int().min(1) })),
  step: z.union([z.string(), z.number()]),
});

test("each problem is a sentence a person can act on", () => {
  const result = schema.safeParse({ format: 2, split: "tset", rows: [{ n: 0 }, { n: "x", m: 1 }], step: {}, nmae: "x", extra: 1 });
  assert.ok(result.error);
  assert.deepEqual(schemaProblems(result.error, 20), [
    "format: 1 expected",
    "name is missing (string expected)",
    'split: "train" or "test" expected',
    "rows.0.n: Too small: expected number to be >=1",
    "rows.1.n: number expected, string found",
    'rows.1: unknown key "m"',
    "step: none of the allowed forms",
    '(top): unknown keys "nmae", "extra"',
  ]);
  assert.deepEqual(schemaProblems(result.error, 2), ["format: 1 expected", "name is missing (string expected)", "and 6 more"]);
});
