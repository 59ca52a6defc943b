import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { commands } from "./commands.gen.ts";

function modelyard(...argv: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(import.meta.dirname, "main.ts"), ...argv], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] },
  });
}

test("--help lists every action and both programs", () => {
  const { status, stdout } = modelyard("--help");
  assert.equal(status, 0);
  for (const name of [...Object.keys(commands), "serve", "gateway"]) assert.match(stdout, new RegExp(`^  ${name} +\\S`, "m"));
});

test("--version prints the version alone", () => assert.match(modelyard("--version").stdout, /^\d+\.\d+\.\d+\n$/));

test("an unknown command names the nearest one and exits with 1", () => {
  const { status, stdout, stderr } = modelyard("registr");
  assert.deepEqual([status, stdout], [1, ""]);
  assert.equal(stderr, 'modelyard: "registr" is not a command\nNext step: did you mean `modelyard register`? [COMMAND_UNKNOWN]\n');
});

for (const name of Object.keys(commands)) {
  test(`${name} --help names its inputs and outputs; an unknown input is refused`, () => {
    const { status, stdout } = modelyard(name, "--help");
    assert.equal(status, 0);
    for (const input of Object.keys(commands[name]?.spec.inputs ?? {})) assert.ok(stdout.includes(`  --${input} `), input);
    const refused = modelyard(name, "--no-such-input", "x");
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /--no-such-input is not an input/);
    assert.equal(refused.stdout, "");
  });
}
