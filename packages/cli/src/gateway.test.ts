import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { hasCode, messageOf } from "@modelyard/base";
import { promote } from "@modelyard/operations/promote";
import { register } from "@modelyard/operations/register";
import { writeModelFiles } from "@modelyard/operations/testing/model-files";
import { testContext } from "@modelyard/operations/testing/test-context";
import { isolatedEnvironment, recordingLog, runProcess, temporaryDirectory } from "@modelyard/testkit";
import { GATEWAY_HELP, parseGatewayArguments } from "./gateway/arguments.ts";

const MAIN = path.join(import.meta.dirname, "main.ts");
const STEP = {
  target: "gateway",
  plan: "shadow, 20, 100",
  minSamples: 40,
  minTime: 300,
  maxTime: 60_000,
  alpha: 0.001,
  maxDisagreement: 0.25,
};
const WAIT = { environment: "production", claimTimeout: 20_000, timeout: 120_000, failOnRollback: true };

interface Gateway {
  readonly child: ChildProcess;
  readonly port: number;
  readonly adminPort: number;
  log(): string;
}

function start(args: readonly string[], cwd: string): Promise<Gateway> {
  // No pipe at its input: the end of one would stop it.
  const child = spawn(process.execPath, [MAIN, "gateway", ...args], { cwd, env: isolatedEnvironment(), stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const { event, port, adminPort } = JSON.parse(line) as { event: string; port: number; adminPort: number };
      if (event === "listening") resolve({ child, port, adminPort, log: () => log });
    });
    child.on("exit", (code) => reject(new Error(`the gateway ended with ${code}: ${log}`)));
  });
}

function stop({ child }: Gateway): Promise<number | null> {
  return new Promise((resolve) => {
    child.once("close", (code) => resolve(code));
    child.kill("SIGTERM");
  });
}

test("a real model through the real gateway: first version, then shadow, 20, 100 under load; the gateway stops cleanly and leaves nothing behind", async () => {
  await using workspace = await temporaryDirectory();
  const log = recordingLog();
  const context = testContext(workspace.path, { log });
  for (const factor of [2, 2.0005]) {
    await writeModelFiles(workspace.at("out"), { factor });
    await register({ name: "line", model: "out/model.onnx", timeout: 30_000 }, context);
  }
  const gateway = await start(
    ["--model", "line", "--yard", workspace.at(".modelyard"), "--port", "0", "--check-interval", "100ms"],
    workspace.path,
  );
  const url = `http://127.0.0.1:${gateway.port}`;
  const ask = async (): Promise<Response> =>
    fetch(`${url}/v2/models/line/infer`, {
      method: "POST",
      body: JSON.stringify({ inputs: [{ name: "x", datatype: "FP32", shape: [1, 2], data: [3, 1] }] }),
    });
  assert.equal((await ask()).status, 503);
  assert.equal((await promote({ ...STEP, ...WAIT, name: "line", version: "1" }, context)).outcome, "promoted", log.text());
  let [isOver, failed, sent] = [false, 0, 0];
  const client = async (): Promise<void> => {
    while (!isOver) {
      const answer = await ask();
      sent++;
      if (answer.status !== 200) failed++;
      await answer.arrayBuffer();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const clients = [client(), client()];
  assert.equal((await promote({ ...STEP, ...WAIT, name: "line", version: "2" }, context)).outcome, "promoted", log.text());
  isOver = true;
  await Promise.all(clients);
  assert.equal(failed, 0, `${failed} of ${sent}`);
  const answer = await ask();
  assert.equal(answer.headers.get("x-modelyard-version"), "2");
  const { outputs } = (await answer.json()) as { outputs: [{ data: number[] }] };
  assert.ok(Math.abs(outputs[0].data[0]! - 7.0015) < 1e-4);
  const state = (await (await fetch(`http://127.0.0.1:${gateway.adminPort}/state`)).json()) as {
    routes: { stable: number };
    rollout: unknown;
  };
  assert.deepEqual([state.routes.stable, state.rollout], [2, null]);
  const metrics = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();
  assert.match(metrics, /modelyard_gateway_failed_total\{model="line"\} 1\n/);
  assert.equal((await fetch(`http://127.0.0.1:${gateway.adminPort}/state`, { method: "POST" })).status, 405);
  assert.equal(await stop(gateway), 0, gateway.log());
  assert.match(gateway.log(), /rollout 2: step 1 of 3 \(shadow\) passed: .*mirrored answers differ/);
});

const wrong: readonly (readonly [readonly string[], string, RegExp])[] = [
  [[], "GATEWAY_ARGUMENTS", /name the model/],
  [["--model", "../x"], "NAME_INVALID", /model name/],
  [["--model", "m", "--port", "70000"], "GATEWAY_ARGUMENTS", /--port is "70000"/],
  [["--model", "m", "--replicas", "0"], "GATEWAY_ARGUMENTS", /--replicas/],
  [["--model", "m", "--check-interval", "soon"], "DURATION_INVALID", /soon/],
  [["--model", "m", "--speed", "3"], "GATEWAY_ARGUMENTS", /--speed/],
  [["--model", "m", "--name", "a b"], "GATEWAY_ARGUMENTS", /--name/],
];
for (const [args, code, message] of wrong) {
  test(`gateway ${args.join(" ")} is refused`, () => {
    assert.throws(
      () => parseGatewayArguments(args),
      (error) => hasCode(error, code) && message.test(messageOf(error)),
    );
  });
}

test("every option is in the help, and --help prints it", async () => {
  for (const option of ["model", "yard", "port", "host", "admin-port", "replicas", "name", "serve-command", "serve-argument"])
    assert.match(GATEWAY_HELP, new RegExp(`--${option} `));
  const { code, stdout } = await runProcess(process.execPath, [MAIN, "gateway", "--help"]);
  assert.equal(code, 0);
  assert.match(stdout, /^Usage: modelyard gateway/);
});
