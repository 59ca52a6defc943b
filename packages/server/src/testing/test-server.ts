import { seededRandom } from "@modelyard/base";
import { type PredictionLine, parsePredictionLine } from "@modelyard/model";
import { classifierGolden, classifierModel, classifierSignature } from "@modelyard/onnx/testing/models";
import { systemClock } from "@modelyard/store/system-clock";
import { recordingLog } from "@modelyard/testkit";
import type { PredictionSink } from "../prediction-log/sink.ts";
import { type ModelServer, type ModelSource, type ServerOptions, startServer } from "../serve.ts";

/** A sink that keeps the lines, each parsed as a reader of the log would. */
export function memorySink(): PredictionSink & { readonly lines: PredictionLine[]; closed: boolean } {
  const lines: PredictionLine[] = [];
  return {
    lines,
    closed: false,
    dropped: 0,
    write(line) {
      lines.push(parsePredictionLine(JSON.stringify(line)));
    },
    async close() {
      this.closed = true;
    },
  };
}

/** The classifier with its golden cases, as `toy` version 3. */
export function toySource(change: Partial<ModelSource> = {}): ModelSource {
  return { name: "toy", version: 3, bytes: classifierModel(), signature: classifierSignature, golden: classifierGolden(), ...change };
}

/** A server on a free port that serves `toy@3`, unless told otherwise. */
export async function startTestServer(
  change: Partial<ServerOptions> = {},
): Promise<ModelServer & { readonly sink: ReturnType<typeof memorySink> }> {
  const sink = memorySink();
  const server = await startServer({
    models: [toySource()],
    predictionLog: sink,
    clock: systemClock,
    random: seededRandom(7),
    log: recordingLog(),
    ...change,
  });
  return { ...server, sink };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Posts a JSON body to the model's infer path; a text or bytes go as they are. */
export async function postInfer(
  server: Pick<ModelServer, "url">,
  body: object | string | Uint8Array,
  headers: Record<string, string> = {},
  model = "toy",
): Promise<Reply> {
  const raw = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  const response = await fetch(`${server.url}/v2/models/${model}/infer`, { method: "POST", body: raw as string, headers });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

/** The body of an inference request for rows of two numbers. */
export function rowsBody(...rows: readonly (readonly [number, number])[]): object {
  return { inputs: [{ name: "x", datatype: "FP32", shape: [rows.length, 2], data: rows.flat() }] };
}
