import assert from "node:assert/strict";
import { test } from "node:test";
import { runProcess, startProcess } from "./process-runner.ts";

test("output, input and exit status are captured and the environment is isolated", async () => {
  process.env["MODELYARD_LEAK"] = "leaked";
  const result = await runProcess("bash", ["-c", 'read line; echo "$line $GIVEN $MODELYARD_LEAK"; echo oops >&2; exit 3'], {
    stdin: "hello\n",
    env: { GIVEN: "given" },
  });
  delete process.env["MODELYARD_LEAK"];
  assert.deepEqual(result, { code: 3, signal: null, stdout: "hello given \n", stderr: "oops\n", timedOut: false });
});

test("a process over its time is killed with its children", async () => {
  const result = await runProcess("bash", ["-c", "sleep 60 & echo $!; wait"], { timeoutMs: 500 });
  assert.equal(result.timedOut, true);
  assert.equal(result.signal, "SIGKILL");
  const child = Number(result.stdout.trim());
  assert.equal((await runProcess("bash", ["-c", `ps -o stat= -p ${child} | grep -v Z`])).stdout, "");
});

test("kill ends the group", async () => {
  const running = startProcess("bash", ["-c", "sleep 60"]);
  running.kill("SIGTERM");
  assert.equal((await running.result).signal, "SIGTERM");
});

test("a program that is not there rejects", async () => {
  await assert.rejects(runProcess("modelyard-no-such-program", []), /ENOENT/);
});
