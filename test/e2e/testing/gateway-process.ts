import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { isolatedEnvironment } from "@modelyard/testkit";
import { root } from "../../contract/testing/bundle-step.ts";
import type { DigitsRepository } from "./digits-repository.ts";

/** A running `modelyard gateway` of the repository. */
export interface GatewayProcess extends AsyncDisposable {
  /** Address that a client sends its requests to. */
  readonly url: string;
}

/** Starts `modelyard gateway` in the repository, as its machine's service would, and waits until it listens. Throws what it said when it ends before. */
export async function startGateway({ path, env }: DigitsRepository, model: string): Promise<GatewayProcess> {
  const args = [join(root, "packages/cli/src/main.ts"), "gateway", "--model", model, "--port", "0", "--check-interval", "200ms"];
  // No pipe at its input: the end of one would stop it.
  const child = spawn(process.execPath, args, { cwd: path, env: isolatedEnvironment(env), stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const port = await new Promise<number>((resolve, reject) => {
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const line = /^\{.*"listening".*\}$/m.exec(output)?.[0];
      if (line !== undefined) resolve((JSON.parse(line) as { port: number }).port);
    });
    child.on("error", reject);
    child.on("close", (code) => reject(new Error(`the gateway ended with ${code}:\n${log}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Clients that send rows of pixels, several at once, until they are stopped. */
export interface Clients extends AsyncDisposable {
  /** Requests answered with 200, and all others by what was answered. */
  readonly counts: Map<string, number>;
  /** From now on these rows are sent. */
  send(rows: readonly (readonly number[])[]): void;
}

const AT_ONCE = 4;
/** Between two requests of one client. */
const PAUSE_MS = 15;

/** Starts the clients of a model. Before the first version serves they are answered 503 or 404, which counts as `waiting`. */
export function startClients(url: string, model: string, first: readonly (readonly number[])[]): Clients {
  const counts = new Map<string, number>();
  let rows = first;
  let isStopped = false;
  const ask = async (pixels: readonly number[], user: string): Promise<string> => {
    const body = JSON.stringify({ inputs: [{ name: "pixels", datatype: "FP32", shape: [1, pixels.length], data: pixels }] });
    const headers = { "content-type": "application/json", "x-modelyard-key": user };
    const answer = await fetch(`${url}/v2/models/${model}/infer`, { method: "POST", headers, body });
    const text = await answer.text();
    if (answer.status === 200) return "200";
    return counts.has("200") ? `${answer.status} ${text.slice(0, 200)}` : "waiting";
  };
  const client = async (number: number): Promise<void> => {
    for (let i = number; !isStopped; i += AT_ONCE) {
      const outcome = await ask(rows[i % rows.length]!, `user-${i % 97}`).catch((error: Error) => error.message);
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  const work = Array.from({ length: AT_ONCE }, (_, number) => client(number));
  return {
    counts,
    send(next) {
      rows = next;
    },
    async [Symbol.asyncDispose]() {
      isStopped = true;
      await Promise.all(work);
    },
  };
}
