import type { IncomingMessage } from "node:http";
import { type Clock, newUlid, type Random } from "@modelyard/base";
import { type ServingRole, type Tensor, tensorToJson } from "@modelyard/model";
import { queueFull } from "./batcher.ts";
import { checkInputs } from "./check-inputs.ts";
import { HttpProblem } from "./http-problem.ts";
import type { ServerLimits } from "./limits.ts";
import type { PredictionSink } from "./prediction-log/sink.ts";
import { type InferRequest, parseInferRequest } from "./protocol/infer-request.ts";
import { chooseOutputs, type EncodedResponse, encodeResponse } from "./protocol/infer-response.ts";
import { readBody } from "./read-body.ts";
import { headerId, headerText, ID_HEADER } from "./request-id.ts";
import type { ServedModel } from "./served-model.ts";

export interface InferContext {
  readonly limits: ServerLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly predictionLog: PredictionSink | undefined;
  /** Share of requests that are logged, 0 to 1. */
  readonly sampling: number;
}

/** Answers `POST .../infer` and logs the prediction. Throws HttpProblem. */
export async function infer(
  request: IncomingMessage,
  model: ServedModel,
  role: ServingRole,
  signal: AbortSignal,
  context: InferContext,
): Promise<EncodedResponse> {
  const startedMs = context.clock.monotonic();
  // Before the body is read: an overloaded server must refuse cheaply.
  if (model.batcher.isFull) throw queueFull();
  const givenId = headerId(request);
  const body = await readBody(request, context.limits.maxBodyBytes);
  const header = request.headers["inference-header-content-length"];
  const parsed = parseInferRequest(body, Array.isArray(header) ? header[0] : header, context.limits);
  const wanted = chooseOutputs(parsed, model.outputs);
  const { inputs, rows } = checkInputs(model.signature, parsed.inputs, context.limits.maxRows);
  const id = givenId ?? parsed.id ?? newUlid(context.clock.now(), context.random);
  const logged = (outputs: readonly Tensor[], error?: string): void => log(context, { id, model, role, inputs, startedMs }, outputs, error);
  let outputs: readonly Tensor[];
  try {
    outputs = await model.batcher.submit(inputs, rows, signal);
  } catch (error) {
    if (error instanceof HttpProblem && error.status === 500) logged([], error.message);
    throw error;
  }
  const named = outputs.filter((tensor) => model.outputs.includes(tensor.name));
  logged(named);
  const chosen = wanted.map(({ name, binary }) => ({ tensor: named.find((tensor) => tensor.name === name)!, binary }));
  const encoded = encodeResponse(model, protocolId(parsed, id), chosen);
  return { ...encoded, headers: { ...encoded.headers, [ID_HEADER]: headerText(id) } };
}

/** The protocol echoes the body's own id; without one it tells the id under which the prediction was logged. */
function protocolId(request: InferRequest, logId: string): string {
  return request.id ?? logId;
}

interface Logged {
  readonly id: string;
  readonly model: ServedModel;
  readonly role: ServingRole;
  readonly inputs: readonly Tensor[];
  readonly startedMs: number;
}

function log(context: InferContext, what: Logged, outputs: readonly Tensor[], error: string | undefined): void {
  if (!context.predictionLog || (context.sampling < 1 && context.random.next() >= context.sampling)) return;
  context.predictionLog.write({
    id: what.id,
    time: new Date(context.clock.now()).toISOString(),
    model: what.model.name,
    version: what.model.version,
    role: what.role,
    inputs: what.inputs.map(tensorToJson),
    outputs: outputs.map(tensorToJson),
    latencyMs: Math.max(0, context.clock.monotonic() - what.startedMs),
    ...(error === undefined ? {} : { error }),
  });
}
