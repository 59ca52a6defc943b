import { resolve } from "node:path";
import { parseDuration } from "@modelyard/base";
import { openIsolatedModel } from "@modelyard/onnx/session";
import { fileSink, type PredictionSink, yardSink } from "@modelyard/server";
import { type ModelServer, type OpenModel, startServer } from "@modelyard/server/serve";
import { openYard, type Yard } from "@modelyard/store";
import { aborted, type ProgramIo, runUntilStopped } from "./long-running.ts";
import { parseServeArguments, SERVE_HELP, type ServeArguments } from "./serve/arguments.ts";
import { loadSource } from "./serve/load-sources.ts";

/** Environment variable with the longest time that lines of the prediction log wait before they are stored; for models with little traffic. */
const SEGMENT_VARIABLE = "MODELYARD_LOG_SEGMENT";

/** `modelyard serve`: serves until `io.signal` aborts; resolves when the last answer is given. Throws what loading a model and binding the port throw. */
export async function serve(args: readonly string[], io: ProgramIo): Promise<void> {
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

async function start(options: ServeArguments, io: ProgramIo): Promise<ModelServer> {
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

async function openLog(where: string, yard: () => Promise<Yard>, io: ProgramIo): Promise<PredictionSink | undefined> {
  if (where === "none") return undefined;
  if (where !== "yard") return fileSink(resolve(io.cwd, where), io.log);
  const { store } = await yard();
  const segment = io.env[SEGMENT_VARIABLE];
  return yardSink({ ...io, put: (key, bytes) => store.putIfAbsent(key, bytes), ...(segment ? { segmentMs: parseDuration(segment) } : {}) });
}

/** The command as a program; resolves to the exit code. */
export function run(args: readonly string[]): Promise<number> {
  return runUntilStopped((io) => serve(args, io));
}
