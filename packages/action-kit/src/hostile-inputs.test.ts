import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { naughtyStrings } from "@modelyard/testkit/naughty-strings";
import { commands } from "modelyard/commands.gen";
import type { Fed, Feed } from "./testing/feed-inputs.ts";
import { commandsIn, pairsIn } from "./testing/runner-grammar.ts";

const directory = mkdtempSync(join(tmpdir(), "modelyard-hostile-"));
after(() => rmSync(directory, { recursive: true, force: true }));
const FILES = ["OUTPUT", "STATE", "ENV", "PATH", "STEP_SUMMARY"];

/** Runs the feeding child as the runner runs a step. */
function feed(plan: Feed): { fed: Fed; stdout: string; file(name: string): string; work: string[] } {
  const home = mkdtempSync(join(directory, "step-"));
  const at = (name: string): string => join(home, name);
  for (const name of FILES) writeFileSync(at(name), "");
  mkdirSync(at("work"));
  writeFileSync(at("plan.json"), JSON.stringify(plan));
  const stdout = openSync(at("stdout"), "w");
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "testing/feed-inputs.ts"), at("plan.json"), at("fed.json")],
    {
      cwd: at("work"),
      env: Object.fromEntries(FILES.map((name) => [`GITHUB_${name}`, at(name)])),
      stdio: ["ignore", stdout, "pipe"],
      encoding: "utf8",
    },
  );
  closeSync(stdout);
  const file = (name: string): string => readFileSync(at(name), "utf8");
  assert.equal(status, 0, stderr + file("stdout").slice(-2_000));
  return { fed: JSON.parse(file("fed.json")) as Fed, stdout: file("stdout"), file, work: readdirSync(at("work")) };
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

for (const { spec } of Object.values(commands)) {
  test(`S2: ${naughtyStrings.length} texts in each of the ${Object.keys(spec.inputs).length} inputs of ${spec.name} forge no command and add no key`, (t) => {
    const { fed, stdout, file, work } = feed({ spec, texts: naughtyStrings });
    const found = counted(commandsIn(stdout));
    const outputs = counted(pairsIn(file("OUTPUT")).map(([key]) => key));
    const states = counted(pairsIn(file("STATE")).map(([key]) => key));
    t.diagnostic(`${fed.tried} inputs parsed to ${fed.values} values and ${fed.errors} errors, all sent through every encoder`);
    assert.deepEqual(found, fed.commands);
    assert.deepEqual(outputs, fed.outputs);
    assert.deepEqual(states, { kept: fed.states });
    assert.equal(file("ENV") + file("PATH"), "");
    assert.deepEqual(work, [], "a command in an input was run");
    assert.ok(fed.values >= 515 && fed.errors >= 515);
  });
}
