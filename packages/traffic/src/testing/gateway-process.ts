// A gateway as a process with quick times: arguments are the yard's directory, the replicas' behaviour and the file for their process ids.
import path from "node:path";
import { silentLog } from "@modelyard/base";
import { DEFAULT_WATCH, processLauncher } from "@modelyard/gateway";
import { directoryStore, memoryYard, systemClock, systemRandom } from "@modelyard/store";
import { runGateway } from "../run-gateway.ts";

const [directory, behaviour, pidFile] = process.argv.slice(2);
const yard = memoryYard({ store: directoryStore(directory!, { clock: systemClock, random: systemRandom }) });
const serve = path.join(import.meta.dirname, "serve-process.ts");

const gateway = await runGateway({
  yard,
  model: "m",
  name: "g",
  port: 0,
  replicas: 1,
  launcher: processLauncher({
    serveArguments: (version) => [serve, String(version), behaviour!, pidFile!],
    env: process.env,
    clock: systemClock,
    onLine: () => undefined,
  }),
  clock: systemClock,
  random: systemRandom,
  log: silentLog,
  times: { tickMs: 25, writeMs: 80, readyTimeoutMs: 20_000 },
  watch: { ...DEFAULT_WATCH, probeIntervalMs: 25, firstBackoffMs: 50 },
});
process.stdout.write(`${JSON.stringify({ event: "listening", port: gateway.port })}\n`);
process.on("SIGTERM", () => void gateway.stop().then(() => process.exit(0)));
