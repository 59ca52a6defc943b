import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inferRequest } from "@modelyard/gateway";
import { isolatedEnvironment, type TemporaryDirectory } from "@modelyard/testkit";
import { root } from "../../contract/testing/bundle-step.ts";

const GATEWAY = join(root, "packages/traffic/src/testing/gateway-process.ts");
const REQUEST_EVERY_MS = 4;

/** The gateway that a team runs on its serving machine, with clients that call the model "m" through it, until disposed of. */
export async function startServing(work: TemporaryDirectory): Promise<AsyncDisposable> {
  const pids = await work.write("pids", "");
  const args = ["--disable-warning=ExperimentalWarning", GATEWAY, work.at(".modelyard"), "good", pids];
  const child = spawn(process.execPath, args, { env: isolatedEnvironment(), stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { port } = JSON.parse(line) as { port: number };
  const body = inferRequest("t", [{ name: "x", dtype: "float32", shape: [1, 1], data: [3] }]);
  const timer = setInterval(() => {
    const headers = { "content-type": "application/json" };
    // What fails while no version serves is no concern here.
    void fetch(`http://127.0.0.1:${port}/v2/models/m/infer`, { method: "POST", headers, body }).then(
      (answer) => answer.arrayBuffer(),
      () => undefined,
    );
  }, REQUEST_EVERY_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}
