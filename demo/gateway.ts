import type { ChildProcess } from "node:child_process";
import { startModelyard } from "./command.ts";
import type { World } from "./world.ts";

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;

/** The long-lived gateway process and the address that clients call. */
export interface Gateway {
  readonly url: string;
  readonly log: () => string;
  stop(): Promise<void>;
}

/** Starts `modelyard gateway` and waits until it listens. */
export async function startGateway(world: World, args: readonly string[]): Promise<Gateway> {
  const child = startModelyard(["gateway", ...args], { cwd: world.workspace.repository, env: world.env });
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const port = await listening(child, () => log);
  return { url: `http://127.0.0.1:${port}`, log: () => log, stop: () => stop(child) };
}

function listening(child: ChildProcess, log: () => string): Promise<number> {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`the gateway did not listen in time\n${log()}`)), START_TIMEOUT_MS);
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const line = output.split("\n").find((candidate) => candidate.includes('"listening"'));
      if (line === undefined || !output.includes("\n")) return;
      clearTimeout(timer);
      done((JSON.parse(line) as { port: number }).port);
    });
    child.on("exit", (code) => failed(new Error(`the gateway ended with ${code}\n${log()}`)));
    child.on("error", failed);
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.on("exit", done));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(timer);
}
