import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActionSpec } from "@modelyard/inputs";
import fc from "fast-check";
import { parseArguments } from "./parse-arguments.ts";

const spec = {
  name: "example",
  description: "An example",
  inputs: {
    path: { type: "string", description: "p" },
    version: { type: "string", description: "v" },
    "dry-run": { type: "boolean", description: "d" },
    plan: { type: "list", description: "l" },
    margin: { type: "float", description: "m" },
  },
  outputs: {},
} as const satisfies ActionSpec;

const ACCEPTED: readonly [argv: readonly string[], values: Readonly<Record<string, string>>, json?: boolean][] = [
  [[], {}],
  [["--path", "data"], { path: "data" }],
  [["--path=data"], { path: "data" }],
  [["--path=--odd=x"], { path: "--odd=x" }],
  [["--path="], { path: "" }],
  [["--margin", "-0.5"], { margin: "-0.5" }],
  [["--dry-run"], { "dry-run": "true" }],
  [["--dry-run", "--path", "x"], { "dry-run": "true", path: "x" }],
  [["--dry-run", "false"], { "dry-run": "false" }],
  [["--dry-run", "TRUE"], { "dry-run": "TRUE" }],
  [["--dry-run=maybe"], { "dry-run": "maybe" }],
  [["--no-dry-run"], { "dry-run": "false" }],
  [["--plan", "10", "--plan=100"], { plan: "10\n100" }],
  [["--json", "--version", "12"], { version: "12" }, true],
];
for (const [argv, values, json = false] of ACCEPTED) {
  test(`accepts ${JSON.stringify(argv)}`, () =>
    assert.deepEqual(parseArguments(spec, argv), { kind: "run", values: new Map(Object.entries(values)), json }));
}

const REFUSED: readonly [argv: readonly string[], problem: RegExp][] = [
  [["data"], /"data" stands alone: write inputs as --name value/],
  [["-p", "x"], /"-p" stands alone/],
  [["--"], /"--" stands alone/],
  [["--path"], /--path needs a value/],
  [["--path", "--margin", "1"], /--path needs a value/],
  [["--path", "a", "--path", "b"], /--path is there twice/],
  [["--pth", "a"], /--pth is not an input; did you mean --path\?/],
  [["--no-path"], /--no-path is not an input/],
  [["--__proto__", "x"], /--__proto__ is not an input/],
  [["--constructor=x"], /--constructor is not an input/],
];
for (const [argv, problem] of REFUSED) {
  test(`refuses ${JSON.stringify(argv)}`, () => {
    const parsed = parseArguments(spec, argv);
    assert.equal(parsed.kind, "problems");
    assert.match(parsed.kind === "problems" ? parsed.problems.join("\n") : "", problem);
  });
}

test("help wins over everything", () => assert.deepEqual(parseArguments(spec, ["--nonsense", "--help"]), { kind: "help" }));

test("any value survives the = form", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      const parsed = parseArguments(spec, [`--path=${value}`]);
      assert.equal(parsed.kind === "run" && parsed.values.get("path"), value);
    }),
  );
});
