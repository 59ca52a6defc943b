import type { IncomingMessage, ServerResponse } from "node:http";
import { defect, type Log, messageOf } from "@modelyard/base";
import type { ServingRole } from "@modelyard/model";
import type { Drain } from "./drain.ts";
import { HttpProblem, quote } from "./http-problem.ts";
import { type InferContext, infer } from "./infer.ts";
import type { ServerMetrics } from "./metrics.ts";
import { modelMetadata, serverMetadata } from "./protocol/metadata.ts";
import { allowedMethods, parseRoute, type Route } from "./protocol/route.ts";
import { type RoleTrust, requestRole } from "./role.ts";
import type { ServedModel } from "./served-model.ts";

export interface HandlerOptions {
  /** Filled while the models are loaded. */
  readonly models: readonly ServedModel[];
  readonly metrics: ServerMetrics;
  readonly drain: Drain;
  readonly role: ServingRole;
  readonly trustRole: RoleTrust;
  readonly log: Log;
  readonly infer: InferContext;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/** Answers requests of the Open Inference Protocol v2. */
export class Handler {
  /** Every model is loaded; until then the server is not ready. */
  loaded = false;
  private readonly options: HandlerOptions;

  constructor(options: HandlerOptions) {
    this.options = options;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.options.drain.enter();
    const gone = new AbortController();
    response.once("close", () => {
      this.options.drain.leave();
      gone.abort(new HttpProblem(499, "the client went away"));
    });
    const answer = await this.answer(request, gone.signal);
    if (response.destroyed) return;
    const connection = this.options.drain.isStopping ? { connection: "close" } : {};
    response.writeHead(answer.status, { ...answer.headers, ...connection, "content-length": String(Buffer.byteLength(answer.body)) });
    response.end(answer.body);
    // What is left of a body nobody reads would hold the connection.
    if (!request.complete) request.resume();
  }

  private async answer(request: IncomingMessage, gone: AbortSignal): Promise<Answer> {
    try {
      const route = parseRoute(request.url ?? "/");
      if (!route) throw new HttpProblem(404, `there is nothing at ${quote(request.url ?? "/")}; the protocol starts at /v2`);
      const methods = allowedMethods(route);
      if (!methods.includes(request.method ?? "")) {
        throw new HttpProblem(405, `${request.method} is not allowed here`, { allow: methods.join(", ") });
      }
      return await this.answerRoute(route, request, gone);
    } catch (error) {
      return this.refuse(error);
    }
  }

  private async answerRoute(route: Route, request: IncomingMessage, gone: AbortSignal): Promise<Answer> {
    switch (route.kind) {
      case "server":
        return json(200, serverMetadata);
      case "live":
        return json(200, { live: true });
      case "ready":
        return json(this.ready ? 200 : 503, { ready: this.ready });
      case "metrics": {
        const { contentType, text } = await this.options.metrics.text();
        return { status: 200, headers: { "content-type": contentType }, body: text };
      }
      case "model": {
        const model = this.find(route);
        const versions = this.options.models.filter((other) => other.name === model.name).map((other) => other.version);
        return json(200, modelMetadata(model.name, versions, model.signature));
      }
      case "model-ready": {
        const model = this.find(route);
        return json(this.ready ? 200 : 503, { name: model.name, ready: this.ready });
      }
      case "infer":
        return this.infer(this.find(route), request, gone);
    }
  }

  private get ready(): boolean {
    return this.loaded && !this.options.drain.isStopping;
  }

  /** The version asked for, else the highest. */
  private find(route: { readonly model: string; readonly version: string | undefined }): ServedModel {
    const named = this.options.models.filter((model) => model.name === route.model);
    const found =
      route.version === undefined
        ? named.toSorted((a, b) => b.version - a.version)[0]
        : named.find((model) => String(model.version) === route.version);
    if (found) return found;
    if (!this.loaded) throw new HttpProblem(503, "the models are still being loaded", { "retry-after": "1" });
    const serves = this.options.models.map((model) => `${model.name} version ${model.version}`).join(", ");
    throw new HttpProblem(
      404,
      `there is no model ${quote(route.model)}${route.version === undefined ? "" : ` version ${quote(route.version)}`}; this server has ${serves}`,
    );
  }

  private async infer(model: ServedModel, request: IncomingMessage, gone: AbortSignal): Promise<Answer> {
    const { clock } = this.options.infer;
    const startedMs = clock.monotonic();
    let role = this.options.role;
    let status = 200;
    try {
      role = requestRole(request, this.options.role, this.options.trustRole);
      return { status, ...(await infer(request, model, role, gone, this.options.infer)) };
    } catch (error) {
      status = error instanceof HttpProblem ? error.status : 500;
      throw error;
    } finally {
      this.options.metrics.answered({ model: model.name, version: model.version, role }, status, clock.monotonic() - startedMs);
    }
  }

  private refuse(error: unknown): Answer {
    if (error instanceof HttpProblem) {
      if (error.status === 500) this.options.log.warning(error.message);
      return json(error.status, { error: error.message }, error.headers);
    }
    const ours = defect("SERVER_DEFECT", messageOf(error), error);
    this.options.log.warning(`${ours.code}: ${ours.message}\n${error instanceof Error ? (error.stack ?? "") : ""}`);
    return json(500, { error: "internal error (SERVER_DEFECT)" });
  }
}

function json(status: number, value: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(value) };
}
