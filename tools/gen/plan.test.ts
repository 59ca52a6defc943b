import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { z } from "zod";
import { applyDifferences, differences } from "./apply.ts";
import { planGeneration } from "./plan.ts";

const home = mkdtempSync(join(tmpdir(), "modelyard-gen-"));
after(() => rmSync(home, { recursive: true, force: true }));
const schemas = [{ name: "thing", title: "A thing", schema: z.strictObject({ a: z.string() }) }];

const YML = `name: Example
description: Does an example
inputs:
  path: { description: Where the data is, required: true }
  min-new-examples: { description: How many }
  dry-run: { description: Change nothing, default: "false" }
outputs:
  version: { description: The number }
runs: { using: node24, main: dist/index.cjs }
`;
const TYPES = `inputs:
  path: { type: string }
  min-new-examples: { type: integer, config: models.*.train.min-new-examples, fallback: 1 }
  dry-run: { type: boolean }
outputs:
  version: { type: integer }
`;
const README = "# Example\n\n<!-- inputs:start -->\n<!-- inputs:end -->\n\n<!-- outputs:start -->\nold\n<!-- outputs:end -->\nend\n";

function tree(files: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(home, "tree-"));
  const all = {
    "actions/example/action.yml": YML,
    "actions/example/action-types.yml": TYPES,
    "actions/example/README.md": README,
    "packages/operations/src/example.ts": "",
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

test("a tree is generated once, and is then as planned", () => {
  const root = tree({ "README.md": "# M\n<!-- actions:start -->\n<!-- actions:end -->\n" });
  const plan = planGeneration(root, schemas);
  assert.deepEqual(plan.problems, []);
  assert.deepEqual([...plan.files.keys()].sort(), [
    "README.md",
    "actions/example/README.md",
    "actions/example/src/inputs.gen.ts",
    "packages/cli/src/commands.gen.ts",
    "schemas/thing.json",
  ]);
  applyDifferences(root, plan, differences(root, plan));
  const again = planGeneration(root, schemas);
  assert.deepEqual(differences(root, again), []);
  const code = readFileSync(join(root, "actions/example/src/inputs.gen.ts"), "utf8");
  assert.match(code, /"min-new-examples": \{\n\s+type: "integer",[^}]+fallback: "1",\n\s+config: "models\.\*\.train\.min-new-examples"/);
  assert.match(code, /as const satisfies ActionSpec;\n$/);
  const readme = readFileSync(join(root, "actions/example/README.md"), "utf8");
  assert.match(readme, /\| `path`\s+\| string\s+\| \*\*required\*\*/);
  assert.match(readme, /\| `version` \| integer \| The number\s+\|\n<!-- outputs:end -->\nend\n$/);
  assert.match(readFileSync(join(root, "README.md"), "utf8"), /\[`example`\]\(actions\/example\/README\.md\) \| Does an example/);
  assert.match(
    readFileSync(join(root, "packages/cli/src/commands.gen.ts"), "utf8"),
    /import\("@modelyard\/operations\/example"\)\)\.example\),/,
  );
  assert.equal(JSON.parse(readFileSync(join(root, "schemas/thing.json"), "utf8")).title, "A thing");
});

test("stale, missing and unexpected files are all listed, and cured by writing", () => {
  const root = tree();
  applyDifferences(root, planGeneration(root, schemas), differences(root, planGeneration(root, schemas)));
  writeFileSync(join(root, "schemas/thing.json"), "{}");
  writeFileSync(join(root, "schemas/gone.json"), "{}");
  rmSync(join(root, "packages/cli/src/commands.gen.ts"));
  writeFileSync(join(root, "packages/cli/src/other.gen.ts"), "");
  const plan = planGeneration(root, schemas);
  const found = differences(root, plan);
  assert.deepEqual(found, [
    { path: "packages/cli/src/commands.gen.ts", kind: "missing" },
    { path: "packages/cli/src/other.gen.ts", kind: "unexpected" },
    { path: "schemas/gone.json", kind: "unexpected" },
    { path: "schemas/thing.json", kind: "stale" },
  ]);
  applyDifferences(root, plan, found);
  assert.equal(existsSync(join(root, "schemas/gone.json")), false);
  assert.deepEqual(differences(root, planGeneration(root, schemas)), []);
});

const input = (name: string, yml: string, types: string): Readonly<Record<string, string>> => ({
  "actions/example/action.yml": YML.replace("outputs:", `  ${name}: ${yml}\noutputs:`),
  "actions/example/action-types.yml": TYPES.replace("outputs:", `${types === "" ? "" : `  ${name}: ${types}\n`}outputs:`),
});

const PROBLEMS: readonly [what: string, files: Readonly<Record<string, string>>, problem: RegExp][] = [
  ["an input without a type", input("extra", "{ description: x }", ""), /the input extra has no type/],
  ["an input without a description", input("extra", "{ default: x }", "{ type: string }"), /inputs\.extra\.description/],
  ["an input with an empty description", input("extra", '{ description: " " }', "{ type: string }"), /inputs\.extra\.description/],
  [
    "an input that is not kebab-case",
    input("extraInput", "{ description: x }", "{ type: string }"),
    /the input extraInput is not kebab-case/,
  ],
  ["a type that does not exist", input("extra", "{ description: x }", "{ type: text }"), /inputs\.extra\.type/],
  ["an unknown key beside a type", input("extra", "{ description: x }", "{ type: string, defualt: 1 }"), /inputs\.extra.*defualt/],
  [
    "a type for an input that is not there",
    { "actions/example/action-types.yml": TYPES.replace("inputs:", "inputs:\n  ghost: { type: string }") },
    /types the input ghost, which action\.yml does not have/,
  ],
  [
    "a default that is not of its type",
    input("extra", "{ description: x, default: yes please }", "{ type: boolean }"),
    /the default "yes please" of the input extra is not true or false/,
  ],
  [
    "a fallback that is not of its type",
    input("extra", "{ description: x }", "{ type: duration, fallback: soon }"),
    /the fallback "soon" of the input extra is not a duration/,
  ],
  [
    "a fallback that is not among the allowed values",
    input("extra", "{ description: x }", "{ type: enum, allowed-values: [a, b], fallback: c }"),
    /the fallback "c" of the input extra is not one of a, b/,
  ],
  ["an enum without values", input("extra", "{ description: x }", "{ type: enum }"), /the input extra is an enum without allowed-values/],
  [
    "a default that hides modelyard.yml",
    input("extra", "{ description: x, default: a }", "{ type: string, config: yard }"),
    /would always win over yard/,
  ],
  [
    "a default and a fallback",
    input("extra", "{ description: x, default: a }", "{ type: string, fallback: b }"),
    /both a default and a fallback/,
  ],
  [
    "a key that modelyard.yml does not have",
    input("extra", "{ description: x }", "{ type: string, config: models.*.train.nothing }"),
    /which modelyard\.yml does not have/,
  ],
  [
    "a secret in modelyard.yml",
    input("extra", "{ description: x }", "{ type: string, config: yard, secret: true }"),
    /is secret and must not be kept in modelyard\.yml/,
  ],
  [
    "three required inputs",
    {
      ...input(
        "extra",
        "{ description: x, required: true }\n  more: { description: y, required: true }",
        "{ type: string }\n  more: { type: string }",
      ),
    },
    /3 inputs are required/,
  ],
  [
    "required where modelyard.yml may fill",
    input("extra", "{ description: x, required: true }", "{ type: string, config: yard }"),
    /move `required: true` to action-types\.yml/,
  ],
  [
    "two names that are one in camelCase",
    input("top-5", "{ description: x }\n  top5: { description: y }", "{ type: string }\n  top5: { type: string }"),
    /are the same in camelCase/,
  ],
  ["an older runner", { "actions/example/action.yml": YML.replace("node24", "node20") }, /runs\.using/],
  [
    "a key twice",
    { "actions/example/action.yml": YML.replace("name: Example", "name: Example\nname: Example") },
    /Map keys must be unique/,
  ],
  ["no README", { "actions/example/README.md": "" }, /README\.md needs the markers <!-- inputs:start -->/],
  ["markers twice", { "actions/example/README.md": README + README }, /once each/],
];

for (const [what, files, problem] of PROBLEMS) {
  test(`${what} is a problem`, () => {
    const { problems } = planGeneration(tree(files), schemas);
    assert.match(problems.join("\n"), problem);
    assert.ok(
      problems.every((text) => text.startsWith("actions/example")),
      problems.join("\n"),
    );
  });
}

test("an action without types, and one without an operation, are problems that name it", () => {
  const root = tree({ "actions/other/action.yml": YML });
  rmSync(join(root, "packages/operations/src/example.ts"));
  const { problems } = planGeneration(root, schemas);
  assert.ok(problems.some((problem) => problem.startsWith("actions/other/action-types.yml: ENOENT")));
  assert.ok(problems.includes("actions/example: there is no operation packages/operations/src/example.ts"));
});
