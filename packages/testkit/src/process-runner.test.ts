import assert from "node:assert/strict";
import { test } from "node:test";
import { runProcess, startProcess } from "./process-runner.ts";

// --norc: a bash whose standard input is a socket, as Node's pipes are, takes itself for a remote login and reads the user's start-up file.

test("output, input and exit status are captured and the environment is isolated", async () => {
  process.env["MODELYARD_LEAK"] = "leaked";
  const result = await runProcess("bash", ["--norc", "-c", 'read line; echo "$line $GIVEN $MODELYARD_LEAK"; echo oops >&2; exit 3'], {
    stdin: "hello\n",
    env: { GIVEN: "given" },
  });
  delete process.env["MODELYARD_LEAK"];
  assert.deepEqual(result, { code: 3, signal: null, stdout: "hello given \n", stderr: "oops\n", timedOut: false });
});

test("a process over its time is killed with its children", async () => {
  const result = await runProcess("bash", ["--norc", "-c", "sleep 60 & echo $!; wait"], { timeoutMs: 500 });
  assert.equal(result.timedOut, true);
  assert.equal(result.signal, "SIGKILL");
  const child = Number(result.stdout.trim());
  assert.equal((await runProcess("bash", ["--norc", "-c", `ps -o stat= -p ${child} | grep -v Z`])).stdout, "");
});

test("kill ends the group", async () => {
  const running = startProcess("bash", ["--norc", "-c", "sleep 60"]);
  running.kill("SIGTERM");
  assert.equal((await running.result).signal, "SIGTERM");
});

test("a program that is not there rejects", async () => {
  await assert.rejects(runProcess("modelyard-no-such-program", []), /ENOENT/);
});
