import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hasCode } from "./errors.ts";
import { parseJson } from "./json.ts";

/** Texts that are not JSON, by the rule each breaks; after the classes of the public JSON parsing test suites, written for this project. */
const REFUSED: Record<string, readonly string[]> = {
  nothing: ["", " ", "\n\t", "\ufeff"],
  "byte order mark": ["\ufeff{}", "\ufeff[]"],
  "text after the end": ["{}x", "[] []", "1 2", '"a" "b"', "null,", "{}}", "[]]", "[1]//", "{}#", "true false"],
  "not closed": ["[", "{", "[1", "[1,", '{"a"', '{"a":', '{"a":1', '{"a":1,', '"a', '"\\', '["a', "[[]", '{"a":[}', "[{]"],
  commas: ["[,]", "[1,]", "[,1]", "[1,,2]", '{"a":1,}', '{,"a":1}', '{"a":1,,"b":2}', "[1 2]", '{"a":1 "b":2}'],
  colons: ['{"a" 1}', '{"a"::1}', '{"a":}', "{:1}", '["a":1]', '{"a","b"}'],
  keys: ["{a:1}", "{1:1}", "{'a':1}", "{null:1}", "{[]:1}", '{"a":1,b:2}'],
  words: ["nul", "nulll", "tru", "True", "TRUE", "fals", "NaN", "Infinity", "-Infinity", "undefined", "None", "[nan]", "inf"],
  numbers: [
    "01",
    "-01",
    "00",
    "+1",
    "-",
    "--1",
    "1.",
    ".5",
    "-.5",
    "1e",
    "1e+",
    "1E-",
    "1.e1",
    "0x10",
    "1_000",
    "1,000",
    "0b1",
    "0.",
    "1.2.3",
    "1e1.5",
    "٣",
    "１",
    "1a",
    "- 1",
    "[-]",
    "[2.]",
  ],
  "numbers too large": ["1e400", "-1e400", "[1e309]", "1".repeat(400)],
  strings: [
    "'a'",
    "`a`",
    '"\t"',
    '"\n"',
    '"\0"',
    '"\u001f"',
    '"\\x41"',
    '"\\a"',
    '"\\u12"',
    '"\\u12G4"',
    '"\\U0041"',
    '"\\\'"',
    '"\\"',
    '"\\ "',
    '"a"b"',
    '"\\u{41}"',
  ],
  "lone surrogates": ['"\\ud800"', '"\\udc00"', '"\\ud800a"', '"\\udc00\\ud800"', '"\ud800"', '{"\\ud800":1}'],
  "white space": ["\u00a0{}", "\u2028{}", "\v{}", "\f{}", "[\u00a01]", "\u3000[]"],
  comments: ["// a\n{}", "/* a */{}", "{} // a", "[1, /* a */ 2]", "# a\n{}", "<!-- -->{}"],
  "keys twice": ['{"a":1,"a":1}', '{"a":1,"b":2,"a":3}', '{"\\u0061":1,"a":2}', '[{"x":{"a":1,"a":2}}]', '{"":1,"":2}'],
  "keys that reach prototypes": [
    '{"__proto__":{}}',
    '{"constructor":1}',
    '{"prototype":1}',
    '{"a":{"__proto__":{"x":1}}}',
    '[{"\\u005f_proto__":1}]',
    '{"constructor":{"prototype":{"x":1}}}',
  ],
};

for (const [rule, texts] of Object.entries(REFUSED)) {
  test(`refused: ${rule}`, () => {
    for (const text of texts)
      assert.throws(
        () => parseJson(text, "it"),
        (error) => hasCode(error, "JSON_INVALID"),
        JSON.stringify(text.slice(0, 60)),
      );
  });
}

const ACCEPTED = [
  "{}",
  "[]",
  "null",
  "true",
  "false",
  "0",
  "-0",
  "1",
  "-1",
  "0.5",
  "-0.5",
  "1e5",
  "1E5",
  "1e+5",
  "1e-5",
  "1.5e300",
  "123456789012345680000",
  "0e1",
  "0.0",
  "1e-400",
  "9007199254740993",
  '""',
  '"a"',
  '"\\""',
  '"\\\\"',
  '"\\/"',
  '"\\b\\f\\n\\r\\t"',
  '"\\u0041"',
  '"\\u00e9"',
  '"é"',
  '"日本語"',
  '"\\ud83d\\ude00"',
  '"😀"',
  '"\u007f"',
  '"\u2028\u2029"',
  '"\\u0000"',
  '"/"',
  '"\\u2028"',
  " [ 1 , 2 ] ",
  '\t{\n"a"\r:\n1 }\n',
  "[[[[]]]]",
  "[[],{}]",
  '[1,null,true,"a",{}]',
  '{"a":{"b":{"c":[]}}}',
  '{"":0}',
  '{"a b":1}',
  '{"\\u0061":1}',
  '{"A":1,"a":2}',
  '{"proto":1,"__proto":2}',
  '{"toString":1,"hasOwnProperty":2}',
  "[0,-0,0.0]",
  '["\\u0060\\u012a\\u12AB"]',
  '{"min":-1.0e+28,"max":1.0e+28}',
  "[1E22]",
  '["\\uD834\\uDD1E"]',
  '["\ufeff"]',
  "[20e1]",
];

test(`accepted, with the value that JSON.parse gives: ${ACCEPTED.length} texts`, () => {
  for (const text of ACCEPTED) assert.deepEqual(parseJson(text, "it"), JSON.parse(text), text);
});

test("the tables are as large as promised", () => {
  assert.ok(Object.values(REFUSED).flat().length >= 60);
  assert.ok(ACCEPTED.length >= 40);
});

test("nesting of 100,000 is refused without a stack overflow, 100 is read", () => {
  for (const open of ["[", '{"a":', '[{"a":']) {
    assert.throws(
      () => parseJson(open.repeat(100_000), "it"),
      (error) => hasCode(error, "JSON_INVALID"),
    );
  }
  assert.doesNotThrow(() => parseJson("[".repeat(100) + "]".repeat(100), "it"));
  assert.throws(
    () => parseJson("[".repeat(200) + "]".repeat(200), "it"),
    (error) => hasCode(error, "JSON_INVALID"),
  );
});

test("the error names the thing and the position", () => {
  assert.throws(() => parseJson('{"a":1,}', "the record runs/1.json"), /the record runs\/1\.json is not valid JSON: .* at character 7/);
});

test("what JSON.stringify writes is read back", () => {
  const forbidden = new Set(["__proto__", "constructor", "prototype"]);
  const value = fc.jsonValue({ maxDepth: 6, stringUnit: "grapheme" });
  fc.assert(
    fc.property(value, (json) => {
      const text = JSON.stringify(json);
      if ([...forbidden].some((key) => text.includes(`"${key}":`))) return;
      assert.deepEqual(parseJson(text, "it"), JSON.parse(text));
    }),
    { numRuns: 2_000 },
  );
});
