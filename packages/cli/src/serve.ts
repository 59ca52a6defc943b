import { resolve } from "node:path";
import { type Clock, type Hasher, type Log, type Random, toModelyardError } from "@modelyard/base";
import { openIsolatedModel } from "@modelyard/onnx/session";
import { fileSink, type PredictionSink, yardSink } from "@modelyard/server";
import { type ModelServer, type OpenModel, startServer } from "@modelyard/server/serve";
import { openYard, type Yard } from "@modelyard/store";
import { nodeHasher } from "@modelyard/store/node-hasher";
import { systemClock } from "@modelyard/store/system-clock";
import { systemRandom } from "@modelyard/store/system-random";
import { parseServeArguments, SERVE_HELP, type ServeArguments } from "./serve/arguments.ts";
import { loadSource } from "./serve/load-sources.ts";
import { stopSignal } from "./serve/stop-signal.ts";
import { stderrLog } from "./stderr-log.ts";

/** What the command reaches the world through. */
export interface ServeIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Writes one line to standard output. */
  readonly print: (line: string) => void;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  /** Aborted when the server is to stop. */
  readonly signal: AbortSignal;
}

/** `modelyard serve`: serves until `io.signal` aborts; resolves when the last answer is given. Throws what loading a model and binding the port throw. */
export async function serve(args: readonly string[], io: ServeIo): Promise<void> {
  if (args.includes("--help") || args.includes("-h")) {
    io.print(SERVE_HELP.trimEnd());
    return;
  }
  const options = parseServeArguments(args);
  const server = await start(options, io);
  const names = options.models.map((model) => model.name).join(", ");
  io.log.info(`serving ${names} at ${server.url}`);
  io.print(JSON.stringify({ event: "listening", port: server.port, host: server.host, url: server.url }));
  await aborted(io.signal);
  io.log.info("stopping: answering what is in flight");
  await server.stop({ drainMs: options.drainMs, graceMs: options.graceMs });
  io.log.info("stopped");
}

async function start(options: ServeArguments, io: ServeIo): Promise<ModelServer> {
  let opened: Promise<Yard> | undefined;
  const yard = (): Promise<Yard> => {
    opened ??= openYard({ ...io, location: options.yard ?? io.env["MODELYARD_YARD"], workspace: io.cwd, create: false, ephemeral: true });
    return opened;
  };
  const models = await Promise.all(options.models.map((model) => loadSource(model, yard, io.cwd)));
  const limits = {
    ...(options.batchWindowMs === undefined ? {} : { batchWindowMs: options.batchWindowMs }),
    ...(options.maxBatchRows === undefined ? {} : { maxBatchRows: options.maxBatchRows }),
  };
  return startServer({
    ...io,
    models,
    limits,
    port: options.port,
    host: options.host,
    role: options.role,
    trustRole: options.trustRole,
    sampling: options.sampling,
    predictionLog: await openLog(options.predictionLog, yard, io),
    open: options.isolate ? openIsolated : undefined,
  });
}

const openIsolated: OpenModel = (model) =>
  openIsolatedModel(model.bytes, { signature: model.signature, what: `${model.name}@${model.version}` });

async function openLog(where: string, yard: () => Promise<Yard>, io: ServeIo): Promise<PredictionSink | undefined> {
  if (where === "none") return undefined;
  if (where !== "yard") return fileSink(resolve(io.cwd, where), io.log);
  const { store } = await yard();
  return yardSink({ ...io, put: (key, bytes) => store.putIfAbsent(key, bytes) });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** The command as a program: exit code 0 after a stop, 1 when it could not serve (message and hint on standard error). */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await serve(args, {
      env: process.env,
      cwd: process.cwd(),
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
