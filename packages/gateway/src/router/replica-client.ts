import { type Dispatcher, Pool } from "undici";

/** Connections to one replica; more requests than that wait in line. */
const MAX_CONNECTIONS = 256;
/** A replica is on this machine: a connection that takes longer has no listener behind it. */
const CONNECT_TIMEOUT_MS = 1_000;

/** A request as it is sent on. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer | null;
  /** Time until the first byte of the answer, and between two of its parts. */
  readonly timeoutMs: number;
}

/** The hold a caller has on an answer. */
export interface Flow {
  pause(): void;
  resume(): void;
  abort(): void;
}

/** What a caller wants to hear of an answer. */
export interface CallHandler {
  onStart(flow: Flow): void;
  onHead(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  /** `sent` false: no byte left for the replica, so another one may be tried. */
  onFailure(error: Error, sent: boolean): void;
}

/** Connections to one replica. */
export interface ReplicaClient {
  readonly origin: string;
  send(call: Call, handler: CallHandler): void;
  close(): Promise<void>;
}

/** A client over undici's dispatch, the cheapest way through a Node proxy (measured: docs/promotion.md). */
export function replicaClient(origin: string, connections = MAX_CONNECTIONS): ReplicaClient {
  const pool = new Pool(origin, { connections, pipelining: 1, connect: { timeout: CONNECT_TIMEOUT_MS } });
  return {
    origin,
    send: (call, handler) => dispatch(pool, call, handler),
    close: () => pool.destroy(),
  };
}

function dispatch(pool: Pool, call: Call, handler: CallHandler): void {
  let sent = false;
  const { timeoutMs, ...rest } = call;
  const options: Dispatcher.DispatchOptions = { ...rest, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, idempotent: false };
  try {
    pool.dispatch(options, {
      onRequestStart(controller) {
        sent = true;
        handler.onStart({
          pause: () => controller.pause(),
          resume: () => controller.resume(),
          abort: () => controller.abort(new Error("no longer wanted")),
        });
      },
      onResponseStart(_controller, status, headers) {
        if (status >= 200) handler.onHead(status, headers);
      },
      onResponseData: (_controller, chunk) => handler.onData(chunk),
      onResponseEnd: () => handler.onEnd(),
      onResponseError: (_controller, error) => handler.onFailure(error, sent),
    });
  } catch (error) {
    // undici throws at once for what it cannot even queue (a bad header, a destroyed pool).
    handler.onFailure(error instanceof Error ? error : new Error(String(error)), sent);
  }
}

/** One small exchange with a replica: status and whole body. Throws what undici throws, or when the body exceeds `maxBytes`. */
export function exchange(client: ReplicaClient, call: Call, maxBytes: number): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let size = 0;
    let abort = (): void => undefined;
    client.send(call, {
      onStart(flow) {
        abort = flow.abort;
      },
      onHead(code) {
        status = code;
      },
      onData(chunk) {
        size += chunk.length;
        if (size <= maxBytes) chunks.push(chunk);
        else {
          reject(new Error(`the answer is larger than ${maxBytes} bytes`));
          abort();
        }
      },
      onEnd: () => resolve({ status, body: Buffer.concat(chunks) }),
      onFailure: (error) => reject(error),
    });
  });
}
