import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { seededRandom } from "@modelyard/base";
import { inferRequest } from "@modelyard/gateway";
import { readStage } from "@modelyard/registry";
import { DEFAULT_SETTINGS, foldEvents, parsePlan, type RolloutEvent } from "@modelyard/rollout";
import { directoryStore, memoryYard, systemClock, systemRandom } from "@modelyard/store";
import { temporaryDirectory } from "@modelyard/testkit";
import { openTarget } from "./target.ts";
import { beginRollout } from "./testing/begin-rollout.ts";
import { addVersions } from "./testing/digits-yard.ts";

const SEED = 4_711;
const bounds = { minSamples: 60, minTimeMs: 400, maxTimeMs: 30_000 };

interface GatewayProcess {
  readonly child: ChildProcess;
  readonly port: number;
}

async function start(args: readonly string[]): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "testing/gateway-process.ts"), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise<number>((resolve) => {
    createInterface({ input: child.stdout! }).on("line", (line) => resolve((JSON.parse(line) as { port: number }).port));
  });
  return { child, port };
}

function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill(signal);
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Requests at a steady rate to whatever gateway runs; what fails while none does is no concern here. */
function traffic(port: () => number): { stop(): void } {
  let n = 0;
  const body = inferRequest("t", [{ name: "x", dtype: "float32", shape: [1, 1], data: [3] }]);
  const timer = setInterval(() => {
    for (let i = 0; i < 5; i++) {
      const headers = { "content-type": "application/json", "x-request-id": `t${++n}` };
      void fetch(`http://127.0.0.1:${port()}/v2/models/m/infer`, { method: "POST", headers, body }).then(
        (answer) => answer.arrayBuffer(),
        () => undefined,
      );
    }
  }, 10);
  return { stop: () => clearInterval(timer) };
}

function acts(events: readonly RolloutEvent[]): string[] {
  return events
    .map(({ event }) => ("index" in event ? `${event.type} ${event.index}` : event.type))
    .filter((type) => !/measured|held|claimed/.test(type));
}

for (const behaviour of ["good", "bad"]) {
  test(`gateway killed with SIGKILL five times in a rollout of a ${behaviour} version (seed ${SEED}): the restarted one ends it as an undisturbed one would`, async () => {
    await using directory = await temporaryDirectory();
    const yard = memoryYard({ store: directoryStore(directory.at("yard"), { clock: systemClock, random: systemRandom }) });
    await addVersions(yard, 2, 1);
    const pidFile = await directory.write("pids", "");
    const args = [directory.at("yard"), behaviour, pidFile];
    const random = seededRandom(SEED + behaviour.length);
    let gateway = await start(args);
    const load = traffic(() => gateway.port);
    const target = openTarget("gateway", { yard, clock: systemClock, random: systemRandom }, "m");
    const plan = parsePlan("20, 60, 100", bounds);
    const rollout = await beginRollout(target, {
      type: "planned",
      kind: "promote",
      model: "m",
      target: "gateway",
      version: 2,
      baseline: 1,
      plan,
      settings: DEFAULT_SETTINGS,
      by: "test",
    });
    for (let i = 0; i < 5; i++) {
      await pause(100 + random.next() * 900);
      await kill(gateway.child, "SIGKILL");
      gateway = await start(args);
    }
    let events: RolloutEvent[] = [];
    for (let i = 0; i < 600; i++) {
      events = await target.read(rollout, 0);
      if (foldEvents(events).phase.kind === "finished") break;
      await pause(50);
    }
    load.stop();
    const passed = [0, 1, 2].flatMap((i) => [`step-started ${i}`, `step-passed ${i}`]);
    const expected =
      behaviour === "good"
        ? ["planned", "staging-passed", ...passed, "completing", "completed"]
        : ["planned", "staging-passed", "step-started 0", "gate-failed 0", "rolling-back", "rolled-back"];
    assert.deepEqual(acts(events), expected);
    for (const { event } of events) if (event.type === "measured") assert.equal(event.canaryPercent, [20, 60, 95][event.index]);
    assert.equal((await readStage(yard, "m", "production"))?.version, behaviour === "good" ? 2 : 1);
    await kill(gateway.child, "SIGTERM");
    for (const pid of readFileSync(pidFile, "utf8").trim().split("\n")) await gone(Number(pid));
  });
}

/** No replica outlives its gateway, however that ended. */
async function gone(pid: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    try {
      process.kill(pid, 0);
    } catch {
      // ESRCH: the process is gone.
      return;
    }
    await pause(25);
  }
  assert.fail(`replica ${pid} is still there`);
}
