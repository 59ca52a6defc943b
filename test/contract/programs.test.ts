// The bundled command line and server, run outside of the repository.
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runProcess, temporaryDirectory } from "@modelyard/testkit";
import { CANARY_TOKEN, root } from "./testing/bundle-step.ts";

test("the command line runs an action from its bundle: JSON on standard output, the rest on standard error", async () => {
  await using home = await temporaryDirectory();
  await cp(join(root, "dist/modelyard.cjs"), home.at("bin/modelyard.cjs"));
  await home.write("work/data/t.csv", "x,label\n1,a\n2,b\n");
  await home.write("work/modelyard.yml", "datasets:\n  letters: { path: data, label-column: label }\n");
  const modelyard = (...argv: string[]) =>
    runProcess(process.execPath, [home.at("bin/modelyard.cjs"), ...argv], { cwd: home.at("work"), env: { GITHUB_TOKEN: CANARY_TOKEN } });
  const pushed = await modelyard("dataset-push", "--json");
  assert.equal(pushed.code, 0, pushed.stderr);
  const outputs = JSON.parse(pushed.stdout) as Record<string, unknown>;
  assert.deepEqual([outputs["version"], outputs["changed"], outputs["new-examples"]], [1, true, 2]);
  const pulled = await modelyard("dataset-pull", "--name", "letters", "--version", "v1", "--path", "restored", "--split=all");
  assert.equal(pulled.code, 0, pulled.stderr);
  assert.match(pulled.stdout, /^version: 1\n/);
  assert.equal(await home.read("work/restored/t.csv"), "x,label\n1,a\n2,b\n");
  const refused = await modelyard("dataset-pull", "--name", "letters", "--version", "99", "--json");
  assert.deepEqual([refused.code, refused.stdout], [1, ""]);
  assert.match(refused.stderr, /^modelyard: .+\nNext step: .+ \[[A-Z_]+\]\n$/m);
  for (const result of [pushed, pulled, refused]) assert.ok(!(result.stdout + result.stderr).includes(CANARY_TOKEN));
});

test("the server's bundle stands alone and says what it takes", async () => {
  await using home = await temporaryDirectory();
  await cp(join(root, "dist/serve.cjs"), home.at("serve.cjs"));
  const help = await runProcess(process.execPath, [home.at("serve.cjs"), "--help"], { cwd: home.path });
  assert.equal(help.code, 0, help.stderr);
  assert.match(help.stdout, /--port/);
  const wrong = await runProcess(process.execPath, [home.at("serve.cjs"), "--prot", "1"], { cwd: home.path });
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /--prot/);
});
