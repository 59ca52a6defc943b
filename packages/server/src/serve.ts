import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock, Log, Random } from "@modelyard/base";
import { userError } from "@modelyard/base";
import type { ServingRole } from "@modelyard/model";
import { answerClientError } from "./client-error.ts";
import { Drain } from "./drain.ts";
import { Handler } from "./handler.ts";
import { DEFAULT_LIMITS, type ServerLimits } from "./limits.ts";
import { ServerMetrics } from "./metrics.ts";
import type { PredictionSink } from "./prediction-log/sink.ts";
import type { RoleTrust } from "./role.ts";
import { loadModel, type ModelSource, type OpenModel, type ServedModel } from "./served-model.ts";

export type { ServerLimits } from "./limits.ts";
export type { ModelSource, OpenModel } from "./served-model.ts";

export interface ServerOptions {
  readonly models: readonly ModelSource[];
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Default 127.0.0.1: this machine only. */
  readonly host?: string | undefined;
  /** Role of requests that do not say theirs; default stable. */
  readonly role?: ServingRole | undefined;
  /** Whose x-modelyard-role is believed; default loopback. */
  readonly trustRole?: RoleTrust | undefined;
  readonly predictionLog?: PredictionSink | undefined;
  /** Share of requests in the prediction log, 0 to 1; default 1. */
  readonly sampling?: number | undefined;
  readonly limits?: Partial<ServerLimits> | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Default: in this process, which a model from others may crash. */
  readonly open?: OpenModel | undefined;
  /** Called as soon as the port is bound, before the models are loaded; liveness answers from then on. */
  readonly onListening?: ((address: { host: string; port: number }) => void) | undefined;
}

export interface ModelServer {
  readonly host: string;
  readonly port: number;
  /** `http://host:port`. */
  readonly url: string;
  /** Not ready at once; answers what is accepted, then closes. `graceMs` bounds the wait (default 10 s), `drainMs` is how long requests are still taken. */
  stop(options?: { graceMs?: number; drainMs?: number }): Promise<void>;
}

/**
 * Serves models over the Open Inference Protocol v2 (REST). Resolves when every model is loaded, warm, and has passed its golden cases. Throws
 * SERVER_LISTEN_FAILED, SERVER_MODELS, and what loading a model throws; then nothing listens any more.
 */
export async function startServer(options: ServerOptions): Promise<ModelServer> {
  requireModels(options.models);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const models: ServedModel[] = [];
  const metrics = new ServerMetrics(
    () => models.map((model) => ({ model: model.name, version: model.version, waiting: model.batcher.waiting })),
    () => options.predictionLog?.dropped ?? 0,
  );
  const drain = new Drain(options.clock);
  const handler = new Handler({
    models,
    metrics,
    drain,
    role: options.role ?? "stable",
    trustRole: options.trustRole ?? "loopback",
    log: options.log,
    infer: { limits, clock: options.clock, random: options.random, predictionLog: options.predictionLog, sampling: options.sampling ?? 1 },
  });
  const http = createServer(httpOptions(limits), (request, response) => void handler.handle(request, response));
  http.maxConnections = limits.maxConnections;
  http.on("clientError", answerClientError);
  const address = await listen(http, options.port ?? 0, options.host ?? "127.0.0.1");
  options.onListening?.(address);
  const stop = async (stopOptions: { graceMs?: number; drainMs?: number } = {}): Promise<void> => {
    await drain.stop(http, stopOptions);
    await Promise.all(models.map((model) => model.session.close()));
    await options.predictionLog?.close();
  };
  try {
    for (const source of options.models) {
      models.push(
        await loadModel(source, {
          limits,
          clock: options.clock,
          log: options.log,
          open: options.open,
          report: (batch) => metrics.ran(source.name, source.version, batch),
        }),
      );
    }
  } catch (error) {
    await stop({ graceMs: 0, drainMs: 0 });
    throw error;
  }
  handler.loaded = true;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return { ...address, url: `http://${host}:${address.port}`, stop };
}

function requireModels(models: readonly ModelSource[]): void {
  if (models.length === 0) throw userError("SERVER_MODELS", "there is no model to serve", "name one with --model or --path");
  const ids = models.map((model) => `${model.name}@${model.version}`);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice) throw userError("SERVER_MODELS", `the model ${twice} is named twice`, "name each version once");
}

function httpOptions(limits: ServerLimits) {
  return {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.bodyTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    // How often the two time limits above are checked; Node's own default of 30 s would let slow clients stay.
    connectionsCheckingInterval: 1_000,
    noDelay: true,
  };
}

function listen(http: Server, port: number, host: string): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    http.once("error", (cause) =>
      reject(
        userError(
          "SERVER_LISTEN_FAILED",
          `${host}:${port} cannot be bound: ${cause.message}`,
          "choose another port; 0 takes a free one",
          cause,
        ),
      ),
    );
    http.listen(port, host, () => resolve({ host, port: (http.address() as AddressInfo).port }));
  });
}
