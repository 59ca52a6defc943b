import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "@modelyard/base";
import { temporaryDirectory } from "@modelyard/testkit";
import fc from "fast-check";
import { loadConfig, lookupConfig, parseConfig } from "./config.ts";

const YAML = `yard: the-yard
datasets:
  digits: { path: data, label-column: digit }
models:
  champion:
    dataset: digits
    train: { workflow: train.yml, min-new-examples: 200 }
`;

const HOSTILE: readonly [what: string, text: string][] = [
  ["__proto__ as a key", "__proto__: { polluted: true }\n"],
  ["__proto__ as a model's name", "models:\n  __proto__: { dataset: x }\n"],
  ["constructor as a key", "constructor: { prototype: { polluted: true } }\n"],
  ["a merge key that brings unknown keys", "base: &b { polluted: true }\nyard: x\n<<: *b\n"],
  ["a key twice", "yard: a\nyard: b\n"],
  ["a nested key twice", "models:\n  a: { dataset: x, dataset: y }\n"],
  [
    "aliases that multiply",
    `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
      .split("")
      .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefg"[i]}`).join(",")}]`)
      .join("\n")}\n`,
  ],
  ["an alias of itself", "models: &m\n  a: *m\n"],
  ["a tag of code", "yard: !!js/function 'function(){ return 1 }'\n"],
  ["brackets 100,000 deep", `yard: ${"[".repeat(100_000)}`],
  ["mappings 20,000 deep", `yard: ${"{a: ".repeat(20_000)}`],
  ["a number too large", "models: { a: { evaluate: { margin: 1e400 } } }\n"],
  ["a list at the top", "- yard\n"],
  ["two documents", "yard: a\n---\nyard: b\n"],
  ["a tab for indentation", "models:\n\ta: {}\n"],
  ["a name with a path in it", 'models:\n  "../x": {}\n'],
  ["NUL", "yard: \u0000\n"],
];

for (const [what, text] of HOSTILE) {
  test(`${what} is refused as CONFIG_INVALID`, () => {
    assert.throws(
      () => parseConfig(text, "modelyard.yml"),
      (error) => hasCode(error, "CONFIG_INVALID"),
    );
    assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
  });
}

test("any text is a configuration or CONFIG_INVALID, and the prototype of objects stays as it was", () => {
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  const part = fc.constantFrom(
    "yard:",
    " ",
    "\n",
    "models:",
    "  ",
    "a",
    "{",
    "}",
    "[",
    "]",
    "- ",
    "&x ",
    "*x",
    "<<: ",
    "__proto__: ",
    "!!",
    "|",
    ">",
    '"',
    "'",
    "#",
    "%",
    "---\n",
    "? ",
    ": ",
    "~",
    "1e9",
    "\t",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      try {
        parseConfig(parts.join(""), "modelyard.yml");
      } catch (error) {
        assert.ok(hasCode(error, "CONFIG_INVALID"), String(error));
      }
    }),
    { numRuns: 2_000 * Number(process.env["MODELYARD_TEST_SCALE"] ?? "1") },
  );
  assert.equal(Object.getOwnPropertyNames(Object.prototype).join(), before);
});

test("a wrong key is named with its file and path", () => {
  assert.throws(() => parseConfig("models:\n  a: { datset: x }\n", "/repo/modelyard.yml"), /\/repo\/modelyard\.yml: models\.a: .*datset/);
});

test("keys are looked up by the name of the input, of a model's dataset, or of the only entry", () => {
  const config = parseConfig(YAML, "modelyard.yml");
  const cases: readonly [key: string, name: string | undefined, value: unknown][] = [
    ["yard", undefined, "the-yard"],
    ["models.$name", undefined, "champion"],
    ["datasets.$name", "champion", "digits"],
    ["models.*.train.min-new-examples", undefined, 200],
    ["models.*.train.workflow", "champion@12", "train.yml"],
    ["models.*.train.workflow", "other", undefined],
    ["datasets.*.label-column", "champion", "digit"],
    ["datasets.*.label-column", "digits@3", "digit"],
    ["models.*.train.nothing", undefined, undefined],
    ["nothing", undefined, undefined],
    ["models.*.dataset", "__proto__", undefined],
    ["models.*.dataset", "constructor", undefined],
  ];
  for (const [key, name, value] of cases) assert.deepEqual(lookupConfig(config, key, name), value, `${key} ${name}`);
});

test("the nearest file up to the workspace is read, never one above it", async () => {
  await using home = await temporaryDirectory();
  await home.write("modelyard.yml", "yard: above\n");
  await home.write("repo/a/b/.keep", "");
  const options = { workingDirectory: home.at("repo/a/b"), workspace: home.at("repo") };
  assert.deepEqual(loadConfig(options), { path: undefined, config: {} });
  await home.write("repo/modelyard.yaml", "yard: root\n");
  assert.equal(loadConfig(options).config.yard, "root");
  await home.write("repo/a/modelyard.yml", "yard: nearer\n");
  assert.equal(loadConfig(options).config.yard, "nearer");
  assert.equal(loadConfig({ ...options, config: "../../modelyard.yaml" }).config.yard, "root");
  assert.throws(
    () => loadConfig({ ...options, config: "missing.yml" }),
    (error) => hasCode(error, "CONFIG_MISSING"),
  );
});
