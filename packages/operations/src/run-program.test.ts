import assert from "node:assert/strict";
import { test } from "node:test";
import { programsOf } from "./run-program.ts";

test("a program's output comes back; what is not there or fails is undefined; secrets of the job stay here", async () => {
  const run = programsOf({ PATH: process.env["PATH"], TOKEN: "hunter2" }, process.cwd());
  assert.equal(await run(process.execPath, ["-p", "1 + 1"]), "2\n");
  assert.equal(await run(process.execPath, ["-p", "process.env.TOKEN"]), "undefined\n");
  assert.equal(await run(process.execPath, ["-e", "process.exit(3)"]), undefined);
  assert.equal(await run("no-such-program-anywhere", []), undefined);
});
