import { fstatSync } from "node:fs";
import { resolve } from "node:path";
import type { Clock, Hasher, Log, Random } from "@modelyard/base";
import { openIsolatedModel } from "@modelyard/onnx/session";
import { fileSink, type PredictionSink, yardSink } from "@modelyard/server";
import { type ModelServer, type OpenModel, startServer } from "@modelyard/server/serve";
import { openYard, type Yard } from "@modelyard/store";
import { parseServeArguments, SERVE_HELP, type ServeArguments } from "./serve/arguments.ts";
import { loadSource } from "./serve/load-sources.ts";

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

/**
 * Aborted by SIGTERM, SIGINT, or the end of standard input where that is a pipe: then whoever started the server is gone. A container's standard input is
 * /dev/null, which is always at its end and says nothing.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  if (isPiped()) {
    process.stdin.on("error", stop).on("end", stop).on("close", stop).resume();
    // Waiting for its end must not keep a finished process alive.
    (process.stdin as { unref?: () => void }).unref?.();
  }
  return controller.signal;
}

function isPiped(): boolean {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket();
  } catch {
    // Standard input is closed: nobody holds the other end.
    return false;
  }
}
