import type { IncomingMessage, ServerResponse } from "node:http";
import { MAX_COMPARED_BYTES } from "../mirror/mirror.ts";
import { refuse } from "./answers.ts";
import { type Backend, leastBusy, type ReadyReplica } from "./backend.ts";
import { answerHeaders, requestHeaders } from "./headers.ts";
import type { Call, Flow } from "./replica-client.ts";
import type { Choice, Routes, TrafficRole } from "./routes.ts";
import { type Serving, unavailable } from "./serving.ts";

/** A client's request with its body read. */
export interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly id: string;
  readonly path: string;
  readonly body: Buffer | null;
  readonly routes: Routes;
}

/** Sends a request to the version chosen for it, and its answer back as it comes. */
export function forward(serving: Serving, incoming: Incoming, choice: Choice): void {
  attempt(serving, incoming, {
    role: choice.role,
    backend: choice.backend,
    mirror: choice.mirror && isInference(incoming),
    refused: undefined,
  });
}

interface Attempt {
  readonly role: TrafficRole;
  readonly backend: Backend;
  readonly mirror: boolean;
  /** Replica that just refused a connection. */
  readonly refused: ReadyReplica | undefined;
}

function attempt(serving: Serving, incoming: Incoming, { role, backend, mirror, refused }: Attempt): void {
  const { response } = incoming;
  const replica = leastBusy(backend, refused);
  if (replica === undefined) {
    unavailable(serving, response, `no replica of version ${backend.version} is ready`);
    return;
  }
  const progress = isInference(incoming) ? backend.recorder.start() : undefined;
  const kept = mirror ? keepAnswer() : undefined;
  let flow: Flow | undefined;
  let status = 0;
  let isOver = false;
  const over = (): boolean => {
    if (isOver) return false;
    isOver = true;
    replica.inFlight--;
    response.off("close", onClose);
    response.off("drain", onDrain);
    return true;
  };
  const onClose = (): void => {
    if (!over()) return;
    progress?.abandon();
    flow?.abort();
  };
  const onDrain = (): void => flow?.resume();
  response.on("close", onClose);
  response.on("drain", onDrain);
  replica.inFlight++;
  const call = callOf(serving, incoming, role);
  replica.client.send(call, {
    onStart(started) {
      flow = started;
      if (isOver) started.abort();
    },
    onHead(code, headers) {
      if (isOver) return;
      status = code;
      progress?.end(code);
      response.writeHead(
        code,
        answerHeaders(headers, { "x-request-id": incoming.id, "x-modelyard-role": role, "x-modelyard-version": String(backend.version) }),
      );
    },
    onData(chunk) {
      if (isOver) return;
      kept?.add(chunk);
      if (!response.write(chunk)) flow?.pause();
    },
    onEnd() {
      if (!over()) return;
      if (status >= 500) serving.totals.failed++;
      response.end();
      if (kept !== undefined) offerCopy(serving, incoming, backend, status, kept);
    },
    onFailure(error, sent) {
      if (!over()) return;
      progress?.end(0);
      if (sent) fail(serving, response, error);
      else connectElsewhere(serving, incoming, { role, backend, mirror, refused }, replica);
    },
  });
}

/** Another try, which is safe because not one byte was sent: the canary's request goes to the stable version, the stable one's to another replica of it. */
function connectElsewhere(serving: Serving, incoming: Incoming, failed: Attempt, replica: ReadyReplica): void {
  const { stable } = incoming.routes;
  if (failed.role === "canary" && stable !== null) {
    serving.totals.failedOver++;
    attempt(serving, incoming, { role: "stable", backend: stable, mirror: false, refused: undefined });
    return;
  }
  if (failed.refused !== undefined) unavailable(serving, incoming.response, `version ${failed.backend.version} cannot be reached`);
  else attempt(serving, incoming, { ...failed, refused: replica });
}

function fail(serving: Serving, response: ServerResponse, error: Error): void {
  serving.totals.failed++;
  // A cut answer must look cut: the client would take a clean end for the whole of it.
  if (response.headersSent) response.destroy();
  else if ((error as { code?: string }).code === "UND_ERR_HEADERS_TIMEOUT") refuse(response, 504, "the model did not answer in time");
  else refuse(response, 502, "the connection to the model broke");
}

function callOf(serving: Serving, { request, id, path, body }: Incoming, role: string): Call {
  return {
    method: request.method ?? "GET",
    path,
    headers: requestHeaders(request.headers, id, role),
    body,
    timeoutMs: serving.limits.timeoutMs,
  };
}

/** Only calls of the model are judged and copied; metadata and pages are just passed on. */
function isInference({ request, path }: Incoming): boolean {
  return request.method === "POST" && path.split("?", 1)[0]!.endsWith("/infer");
}

interface KeptAnswer {
  add(chunk: Buffer): void;
  bytes(): Buffer | null;
}

function keepAnswer(): KeptAnswer {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    add(chunk) {
      size += chunk.length;
      if (size <= MAX_COMPARED_BYTES) chunks.push(chunk);
    },
    bytes: () => (size <= MAX_COMPARED_BYTES ? Buffer.concat(chunks) : null),
  };
}

function offerCopy(serving: Serving, incoming: Incoming, stable: Backend, status: number, kept: KeptAnswer): void {
  const candidate = incoming.routes.canary;
  if (candidate === null) return;
  const body = kept.bytes();
  serving.mirror.offer({
    call: callOf(serving, incoming, "shadow"),
    stable: body === null ? null : { status, body },
    stableSignature: stable.signature,
    candidate,
    pairs: serving.pairs,
  });
}
