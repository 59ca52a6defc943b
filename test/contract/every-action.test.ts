// What every bundle must do with wrong and hostile inputs, whatever the action: run as a child process, as the runner runs it.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ActionSpec } from "@modelyard/inputs";
import { temporaryDirectory } from "@modelyard/testkit";
import { naughtyStrings } from "@modelyard/testkit/naughty-strings";
import { bundleOf, CANARY_TOKEN, errorOf, root, runBundle, type Step, specOf } from "./testing/bundle-step.ts";

const SCALE = Number(process.env["MODELYARD_TEST_SCALE"] ?? "1");
/** Runs of each action with every text input hostile at once. */
const MIXED_RUNS = 4 * SCALE;
const ALLOWED_COMMANDS: ReadonlySet<string> = new Set(["error", "warning", "notice", "debug", "group", "endgroup"]);

const actions = readdirSync(join(root, "actions")).filter((name) => existsSync(join(root, "actions", name, "src/inputs.gen.ts")));
const home = await temporaryDirectory("modelyard-contract-");
after(() => home.remove());
let next = 0;
const fresh = (): string => home.at(`step-${next++}`, "a", "b");

function namesOf(spec: ActionSpec, type: string): string[] {
  return Object.keys(spec.inputs).filter((name) => spec.inputs[name]?.type === type);
}

function assertWellBehaved(spec: ActionSpec, step: Step): void {
  assert.ok(step.code === 0 || step.code === 1, `exit code ${step.code}\n${step.stdout}${step.stderr}`);
  assert.deepEqual(
    step.commands.filter((name) => !ALLOWED_COMMANDS.has(name)),
    [],
    step.stdout,
  );
  assert.equal(
    step.commands.filter((name) => name === "group").length,
    step.commands.filter((name) => name === "endgroup").length,
    "a group is left open",
  );
  for (const name of Object.keys(step.outputs)) assert.ok(Object.hasOwn(spec.outputs, name), `undeclared output ${name}`);
  if (step.code === 1) assert.doesNotMatch(errorOf(step), /a mistake of Modelyard/, "bad input must not end as a defect");
}

test("there are actions to try", () => assert.ok(actions.length > 0));

for (const action of actions) {
  const spec = await specOf(action);
  const token: Readonly<Record<string, string>> = Object.hasOwn(spec.inputs, "github-token") ? { "github-token": CANARY_TOKEN } : {};

  test(`${action}: every wrong input is in one error, and nothing is written`, async () => {
    const booleans = namesOf(spec, "boolean");
    const enums = namesOf(spec, "enum");
    const integers = namesOf(spec, "integer");
    const wrong = Object.fromEntries([...booleans, ...enums, ...integers].map((name) => [name, "yess"]));
    const directory = fresh();
    const step = await runBundle(action, { home: directory, inputs: { ...wrong, ...token, "no-such-input": "x" } });
    assertWellBehaved(spec, step);
    assert.equal(step.code, 1);
    const error = errorOf(step);
    for (const name of booleans) assert.match(error, new RegExp(`- ${name}: got "yess", expected true or false`));
    for (const name of enums) assert.match(error, new RegExp(`- ${name}: got "yess", expected one of `));
    for (const name of integers) assert.match(error, new RegExp(`- ${name}: got "yess", expected a whole number`));
    assert.match(error, /"no-such-input" is not an input/);
    const required = Object.keys(spec.inputs).filter((name) => spec.inputs[name]?.required);
    for (const name of required) assert.match(error, new RegExp(`- ${name} is required`));
    assert.deepEqual(await readdir(join(directory, "work")), []);
    assert.deepEqual([step.summary, step.outputs], ["", {}]);
  });

  test(`${action}: a misspelt input is answered with the right name`, async () => {
    const name = Object.keys(spec.inputs).find((key) => key.length >= 5);
    assert.ok(name);
    const misspelt = `${name.slice(0, -2)}${name.at(-1)}${name.at(-2)}x`;
    const step = await runBundle(action, { home: fresh(), inputs: { [misspelt]: "x", ...token } });
    assert.equal(step.code, 1);
    assert.match(errorOf(step), new RegExp(`"${misspelt}" is not an input; did you mean ${name}\\?`));
  });

  test(`${action}: no inputs at all end in success or in one error with a next step`, async () => {
    const step = await runBundle(action, { home: fresh(), inputs: token });
    assertWellBehaved(spec, step);
    if (step.code === 1) assert.match(errorOf(step), /\nNext step: .+ \[[A-Z][A-Z0-9_]+\]$/);
  });

  test(`${action}: hostile texts in any input forge nothing, run nothing, and are never a defect`, async () => {
    const texts = Object.keys(spec.inputs).filter(
      (name) => ["string", "list", "json"].includes(spec.inputs[name]?.type ?? "") && !spec.inputs[name]?.secret,
    );
    const hostile = naughtyStrings.filter((text) => text.isWellFormed() && text.length < 10_000);
    const draw = (i: number): string => hostile[(i * 37 + action.length) % hostile.length]!;
    const runs = [
      ...texts.map((name, i) => ({ [name]: draw(i) })),
      ...Array.from({ length: MIXED_RUNS }, (_, run) =>
        Object.fromEntries(
          texts.filter((name) => name !== "config" && name !== "working-directory").map((name, i) => [name, draw(run * 101 + i)]),
        ),
      ),
    ];
    for (const inputs of runs) {
      const directory = fresh();
      const step = await runBundle(action, { home: directory, inputs: { ...inputs, ...token } });
      try {
        assertWellBehaved(spec, step);
        const files = await readdir(home.path, { recursive: true });
        assert.ok(!files.some((path) => /(?:^|\/)canary$/.test(path)), "a command in an input was run");
      } catch (error) {
        throw new Error(`with ${JSON.stringify(inputs)}`, { cause: error });
      }
    }
  });

  test(`${action}: hostile names of branch, workflow, actor and event forge nothing`, async () => {
    const env = {
      GITHUB_REF: "refs/heads/x\n::error::forged",
      GITHUB_WORKFLOW: "##[error]forged",
      GITHUB_ACTOR: "\r\n::set-output name=a::b",
      GITHUB_REPOSITORY: "a/b\n::stop-commands::x",
      GITHUB_EVENT_PATH: home.at("nowhere\n::error::forged"),
    };
    const step = await runBundle(action, { home: fresh(), inputs: token, env });
    assertWellBehaved(spec, step);
  });

  test(`${action}: the bundle carries its licences`, () => {
    assert.ok(existsSync(bundleOf(action).replace(/index\.cjs$/, "index.licences.txt")));
  });
}
