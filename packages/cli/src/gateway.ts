import { hostname } from "node:os";
import { processLauncher } from "@modelyard/gateway";
import { openYard, type Yard } from "@modelyard/store";
import { runGateway } from "@modelyard/traffic/run-gateway";
import { GATEWAY_HELP, type GatewayArguments, parseGatewayArguments } from "./gateway/arguments.ts";
import { aborted, type ProgramIo, runUntilStopped } from "./long-running.ts";

/** What the command reaches the world through. */
export interface GatewayIo extends ProgramIo {
  /** Arguments of Node that start this command line. */
  readonly entry: readonly string[];
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

/** The command as a program; resolves to the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(GATEWAY_HELP);
    return 0;
  }
  return runUntilStopped((io) => gateway(args, { ...io, entry: [...process.execArgv, process.argv[1]!] }));
}
