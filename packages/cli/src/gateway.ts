import { hostname } from "node:os";
import { type Clock, type Hasher, type Log, type Random, toModelyardError } from "@modelyard/base";
import { processLauncher } from "@modelyard/gateway";
import { openYard, type Yard } from "@modelyard/store";
import { nodeHasher } from "@modelyard/store/node-hasher";
import { systemClock } from "@modelyard/store/system-clock";
import { systemRandom } from "@modelyard/store/system-random";
import { runGateway } from "@modelyard/traffic/run-gateway";
import { GATEWAY_HELP, type GatewayArguments, parseGatewayArguments } from "./gateway/arguments.ts";
import { stopSignal } from "./serve/stop-signal.ts";
import { stderrLog } from "./stderr-log.ts";

/** What the command reaches the world through. */
export interface GatewayIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Arguments of Node that start this command line. */
  readonly entry: readonly string[];
  /** Writes one line to standard output. */
  readonly print: (line: string) => void;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  /** Aborted when the gateway is to stop. */
  readonly signal: AbortSignal;
}

/** `modelyard gateway`: serves until `io.signal` aborts; resolves when the last answer is given. Throws what opening the yard and binding the ports throw. */
export async function gateway(args: readonly string[], io: GatewayIo): Promise<void> {
  const options = parseGatewayArguments(args);
  const yard = await openYard({
    ...io,
    location: options.yard ?? io.env["MODELYARD_YARD"],
    workspace: io.cwd,
    create: false,
    ephemeral: true,
  });
  const running = await runGateway({
    yard,
    model: options.model,
    name: options.name ?? (options.port === 0 ? hostname() : `${hostname()}:${options.port}`),
    port: options.port,
    host: options.host,
    adminPort: options.adminPort,
    replicas: options.replicas,
    launcher: launcherOf(options, yard, io),
    clock: io.clock,
    random: io.random,
    log: io.log,
    requestTimeoutMs: options.requestTimeoutMs,
    times: {
      ...(options.checkIntervalMs === undefined ? {} : { tickMs: options.checkIntervalMs }),
      ...(options.readyTimeoutMs === undefined ? {} : { readyTimeoutMs: options.readyTimeoutMs }),
    },
  });
  io.log.info(`gateway of ${options.model} at http://${options.host}:${running.port}`);
  io.print(JSON.stringify({ event: "listening", port: running.port, adminPort: running.adminPort ?? null }));
  await aborted(io.signal);
  io.log.info("stopping: answering what is in flight");
  await running.stop();
  io.log.info("stopped");
}

function launcherOf(options: GatewayArguments, yard: Yard, io: GatewayIo) {
  const serve = options.serveCommand ?? [...io.entry, "serve"];
  return processLauncher({
    serveArguments: (version) => [
      ...serve,
      "--model",
      `${options.model}@${version}`,
      "--yard",
      yard.url,
      "--port",
      "0",
      ...options.serveArguments,
    ],
    env: io.env,
    clock: io.clock,
    onLine: (version, line) => io.log.info(`[${options.model}@${version}] ${line}`),
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** The command as a program: exit code 0 after a stop, 1 when it could not serve (message and hint on standard error). */
export async function run(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(GATEWAY_HELP);
    return 0;
  }
  try {
    await gateway(args, {
      env: process.env,
      cwd: process.cwd(),
      entry: [...process.execArgv, process.argv[1]!],
      print: (line) => void process.stdout.write(`${line}\n`),
      log: stderrLog(),
      clock: systemClock,
      random: systemRandom,
      hasher: nodeHasher,
      signal: stopSignal(),
    });
    return 0;
  } catch (thrown) {
    const error = toModelyardError(thrown);
    const lines = [error.message, error.hint, error.kind === "defect" ? error.stack : undefined].filter((line) => line !== undefined);
    process.stderr.write(`${lines.join("\n")}\n`);
    return 1;
  }
}
