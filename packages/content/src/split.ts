import { type Hasher, userError } from "@modelyard/base";
import { z } from "zod";
import { compilePattern } from "./linear-pattern.ts";
import { schemaProblems } from "./schema-problems.ts";

export const SPLITS = ["train", "validation", "test"] as const;
/** One of the three disjoint parts of a dataset. */
export type Split = (typeof SPLITS)[number];

/** Sums of fractions may miss 1 by this much, the error of a few decimal fractions in binary. */
const FRACTION_TOLERANCE = 1e-9;
/** Past this many decimals a fraction is noise of a subtraction, which would change the version's digest. */
const FRACTION_DECIMALS = 9;

const fraction = z.number().min(0).max(1);
const patternText = z.string().refine((text) => {
  try {
    compilePattern(text);
    return true;
  } catch {
    // The refinement turns the refusal into a schema problem that names the field.
    return false;
  }
}, "a regular expression with one capture group, without look-around or back-references, expected");

/** Zod type of the split rule, part of every version's digest. */
export const splitRuleSchema = z.strictObject({
  salt: z.string().min(1).max(200),
  fractions: z
    .strictObject({ train: fraction, validation: fraction, test: fraction })
    .refine((f) => Math.abs(f.train + f.validation + f.test - 1) <= FRACTION_TOLERANCE, "train, validation and test must add up to 1"),
  key: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("content") }),
    z.strictObject({ kind: z.literal("column"), column: z.string().min(1).max(200) }),
    z.strictObject({ kind: z.literal("pattern"), pattern: patternText }),
  ]),
});

/** How examples are assigned to splits: salt, fractions, and where an example's key comes from. */
export type SplitRule = z.infer<typeof splitRuleSchema>;

/** Splits of a dataset that says nothing: 80 % train, 10 % validation, 10 % test. */
export const DEFAULT_FRACTIONS = { validation: 0.1, test: 0.1 } as const;

/** A split rule from the two fractions people give; the rest is train. Throws SPLIT_INVALID. */
export function makeSplitRule(options: {
  salt: string;
  validation?: number | undefined;
  test?: number | undefined;
  key?: SplitRule["key"] | undefined;
}): SplitRule {
  const validation = options.validation ?? DEFAULT_FRACTIONS.validation;
  const test = options.test ?? DEFAULT_FRACTIONS.test;
  const train = Number((1 - validation - test).toFixed(FRACTION_DECIMALS));
  const result = splitRuleSchema.safeParse({
    salt: options.salt,
    fractions: { train, validation, test },
    key: options.key ?? { kind: "content" },
  });
  if (result.success) return result.data;
  const problem = schemaProblems(result.error).join("; ");
  throw userError(
    "SPLIT_INVALID",
    `the split is not possible: ${problem} (validation ${validation}, test ${test})`,
    "give fractions from 0 to 1 whose sum is at most 1, and a key pattern with one capture group such as ^(patient-[0-9]+)/",
  );
}

/** Uniform number in [0, 1) of a key: the first 6 bytes, big-endian, of sha256(utf8(salt) + 0x00 + utf8(key)), divided by 2^48. */
export function splitUnit(salt: string, key: Uint8Array | string, hasher: Hasher): number {
  const hash = hasher.sha256Bytes(typeof key === "string" ? `${salt}\0${key}` : saltedBytes(salt, key));
  return ((hash[0]! * 256 + hash[1]!) * 2 ** 32 + (((hash[2]! << 24) | (hash[3]! << 16) | (hash[4]! << 8) | hash[5]!) >>> 0)) / 2 ** 48;
}

/** Split of a key (its text, or the UTF-8 bytes of it): `test` below the test fraction, `validation` in the next, else `train`. */
export function splitOf(rule: SplitRule, key: Uint8Array | string, hasher: Hasher): Split {
  const unit = splitUnit(rule.salt, key, hasher);
  if (unit < rule.fractions.test) return "test";
  return unit < rule.fractions.test + rule.fractions.validation ? "validation" : "train";
}

const encoder = new TextEncoder();

function saltedBytes(salt: string, key: Uint8Array): Uint8Array {
  const head = encoder.encode(`${salt}\0`);
  const all = new Uint8Array(head.length + key.length);
  all.set(head);
  all.set(key, head.length);
  return all;
}
