import assert from "node:assert/strict";
import { test } from "node:test";
import { isModelyardError, type ModelyardError } from "@modelyard/base";
import fc from "fast-check";
import { parseInputs } from "./parse-inputs.ts";
import type { ActionSpec, InputsOf } from "./spec.ts";

const spec = {
  name: "example",
  description: "An example",
  inputs: {
    path: { type: "string", description: "p", required: true },
    name: { type: "string", description: "n", config: "models.$name" },
    split: { type: "enum", description: "s", values: ["train", "validation", "test", "all"], fallback: "test" },
    "min-new-examples": { type: "integer", description: "m", config: "models.*.train.min-new-examples", fallback: "1" },
    margin: { type: "float", description: "m" },
    timeout: { type: "duration", description: "t", fallback: "30m" },
    plan: { type: "list", description: "p", config: "models.*.promote.plan", fallback: "shadow, 10, 100" },
    parameters: { type: "json", description: "p", config: "models.*.train.parameters" },
    "dry-run": { type: "boolean", description: "d" },
    "github-token": { type: "string", description: "g", secret: true, default: "${{ github.token }}" },
  },
  outputs: {},
} as const satisfies ActionSpec;

const reader = (given: Readonly<Record<string, string>>) => (name: string) => given[name];

function problemOf(
  given: Readonly<Record<string, string>>,
  lookup?: (key: string, name: string | undefined) => unknown,
  names: readonly string[] = [],
): ModelyardError {
  try {
    parseInputs(spec, reader(given), lookup, names);
  } catch (error) {
    if (isModelyardError(error)) return error;
    throw error;
  }
  throw new Error("no error");
}

test("the type of the result follows the literal", () => {
  const inputs = parseInputs(spec, reader({ path: "data" }));
  const typed: {
    path: string;
    split: "train" | "validation" | "test" | "all";
    minNewExamples: number;
    timeout: number;
    plan: readonly string[];
    margin?: number | undefined;
    githubToken?: string | undefined;
  } = inputs;
  assert.equal(typed.split, "test");
  const reversed: InputsOf<typeof spec> = { ...inputs, dryRun: true };
  assert.equal(reversed.dryRun, true);
});

test("the input wins over modelyard.yml, which wins over the fallback", () => {
  const asked: [string, string | undefined][] = [];
  const lookup = (key: string, name: string | undefined): unknown => {
    asked.push([key, name]);
    return {
      "models.$name": "digits",
      "models.*.train.min-new-examples": 5,
      "models.*.promote.plan": ["shadow", 10, { percent: 100, "min-samples": 3 }],
      "models.*.train.parameters": { lr: 0.1 },
    }[key];
  };
  const inputs = parseInputs(spec, reader({ path: " data ", "min-new-examples": "7", margin: "", "dry-run": "TRUE" }), lookup);
  assert.deepEqual(inputs, {
    path: "data",
    name: "digits",
    split: "test",
    minNewExamples: 7,
    timeout: 1_800_000,
    plan: ["shadow", "10", '{"percent":100,"min-samples":3}'],
    parameters: { lr: 0.1 },
    dryRun: true,
  });
  assert.ok(asked.every(([key, name]) => key === "models.$name" || name === "digits"));
});

test("every problem is in one error, with what was given and what was expected", () => {
  const error = problemOf({
    split: "tset",
    "min-new-examples": "1e3",
    margin: "0x1",
    timeout: "soon",
    "dry-run": "yes",
    parameters: '{"a":1,"a":2}',
  });
  assert.equal(error.code, "INPUT_INVALID");
  assert.deepEqual(error.message.split("\n").slice(1), [
    "  - path is required: give a text",
    '  - split: got "tset", expected one of train, validation, test, all; did you mean test?',
    '  - min-new-examples: got "1e3", expected a whole number',
    '  - margin: got "0x1", expected a number',
    '  - timeout: got "soon", expected a duration such as 30s, 5m, 2h',
    '  - parameters: got "{\\"a\\":1,\\"a\\":2}", expected JSON (the value is not valid JSON: the key "a" twice at character 10)',
    '  - dry-run: got "yes", expected true or false',
  ]);
});

test("a wrong value of modelyard.yml names its key", () => {
  const error = problemOf({ path: "x" }, (key) => (key === "models.*.train.min-new-examples" ? 1.5 : undefined));
  assert.match(error.message, /min-new-examples \(models\.\*\.train\.min-new-examples of modelyard\.yml\): got "1\.5"/);
});

test("an unknown input is an error with the nearest name", () => {
  const error = problemOf({ path: "x" }, undefined, ["path", "spilt", "min_new_examples", "zzzzzzzz"]);
  assert.match(error.message, /"spilt" is not an input; did you mean split\?/);
  assert.match(error.message, /"min_new_examples" is not an input; did you mean min-new-examples\?/);
  assert.match(error.message, /"zzzzzzzz" is not an input; the inputs are path, /);
});

test("a secret is never shown", () => {
  const secretSpec = { ...spec, inputs: { key: { type: "integer", description: "k", secret: true } } } as const satisfies ActionSpec;
  assert.throws(
    () => parseInputs(secretSpec, reader({ key: "hunter2" })),
    (error: Error) => error.message.includes("a value that is not shown") && !error.message.includes("hunter2"),
  );
});

test("whatever the values, only INPUT_INVALID comes out, on single lines", () => {
  fc.assert(
    fc.property(
      fc.record({ split: fc.string(), "min-new-examples": fc.string(), plan: fc.string(), parameters: fc.string(), timeout: fc.string() }),
      (given) => {
        try {
          parseInputs(spec, reader({ path: "x", ...given }));
        } catch (error) {
          assert.ok(isModelyardError(error) && error.code === "INPUT_INVALID");
          assert.ok(
            error.message
              .split(/\r\n|\r|\n/)
              .slice(1)
              .every((line) => line.startsWith("  - ")),
          );
        }
      },
    ),
    { numRuns: 500 },
  );
});
