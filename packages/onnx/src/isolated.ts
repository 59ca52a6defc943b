import { defect, type ModelyardError, userError } from "@modelyard/base";
import type { Signature, Tensor } from "@modelyard/model";
import { inspectOnnx, type OnnxInfo } from "./inspect.ts";
import type { FromChild } from "./isolated-child.ts";
import { IsolatedProcess, type IsolatedSettings } from "./isolated-process.ts";
import type { ModelSession } from "./model-session.ts";
import { refuseNul } from "./refuse-nul.ts";
import { findRuntime } from "./runtime.ts";
import { runtimeMessage } from "./runtime-message.ts";
import { requireSignature } from "./signature-check.ts";

export interface IsolationOptions {
  /** Memory of the model beyond what the runtime itself takes; default 2 GiB. */
  readonly memoryBytes?: number | undefined;
  /** Longest opening or run before the child is killed; default 30 s. */
  readonly timeoutMs?: number | undefined;
  readonly signature?: Signature | undefined;
  readonly threads?: number | undefined;
  /** Names the model in messages; default "the model". */
  readonly what?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Room for a model of 500 MB and its activations; a bomb is stopped well before the machine swaps. */
const DEFAULT_MEMORY_BYTES = 2 * 1024 ** 3;
/** An honest batch takes seconds at most; opening a large model some ten. */
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Opens a model in a child process of its own, with a limit on memory and on the time of each call; the child has an empty environment (telemetry off) and is killed when it
 * breaks a limit. After a kill the next `run` starts a new child. Throws what `openModel` throws, MODEL_TIMEOUT and MODEL_KILLED.
 */
export async function openIsolatedModel(bytes: Uint8Array, options: IsolationOptions = {}): Promise<ModelSession> {
  const what = options.what ?? "the model";
  const info = inspectOnnx(bytes, what);
  if (options.signature) requireSignature(info, options.signature, what);
  const session = new IsolatedSession(bytes, info, {
    what,
    entry: findRuntime(options.env),
    memoryBytes: options.memoryBytes ?? DEFAULT_MEMORY_BYTES,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    threads: options.threads ?? 1,
  });
  await session.start();
  return session;
}

class IsolatedSession implements ModelSession {
  readonly inputs: ModelSession["inputs"];
  readonly outputs: ModelSession["outputs"];
  private readonly model: Uint8Array;
  private readonly settings: IsolatedSettings;
  private child: Promise<IsolatedProcess> | undefined;
  private closed = false;

  constructor(model: Uint8Array, info: OnnxInfo, settings: IsolatedSettings) {
    this.model = model;
    this.settings = settings;
    this.inputs = info.inputs;
    this.outputs = info.outputs;
  }

  /** The living child, or a new one; a failed opening is forgotten, so that the next call tries again. */
  async start(): Promise<IsolatedProcess> {
    if (this.closed) throw defect("MODEL_CLOSED", `${this.settings.what} was closed`);
    const current = this.child;
    if (current && (await current).ended && this.child === current) this.child = undefined;
    this.child ??= openProcess(this.model, this.settings).catch((error: unknown) => {
      this.child = undefined;
      throw error;
    });
    return this.child;
  }

  async run(inputs: readonly Tensor[]): Promise<Tensor[]> {
    refuseNul(inputs, this.settings.what);
    const child = await this.start();
    const reply = await child.call((id) => ({ kind: "run", id, inputs }));
    if (reply.kind === "ran") return [...(reply.outputs as readonly Tensor[])];
    if (isOutOfMemory(reply)) throw await child.endForMemory();
    throw userError(
      "MODEL_RUN_FAILED",
      `${this.settings.what} failed: ${reason(reply)}`,
      "run the same input with the training framework's ONNX check",
    );
  }

  async close(): Promise<void> {
    this.closed = true;
    const child = await this.child?.catch(() => undefined);
    await child?.kill();
  }
}

async function openProcess(model: Uint8Array, settings: IsolatedSettings): Promise<IsolatedProcess> {
  const child = new IsolatedProcess(settings);
  const reply = await child.open(model);
  if (reply.kind === "done") return child;
  await child.kill();
  throw openFailed(settings.what, reply);
}

function openFailed(what: string, reply: FromChild): ModelyardError {
  return userError(
    "MODEL_OPEN_FAILED",
    `${what} cannot be opened: ${reason(reply)}`,
    "check it with onnx.checker.check_model and export it again",
  );
}

/** The runtime's allocator keeps failing after it ran out once, so that the child is of no more use. */
function isOutOfMemory(reply: FromChild): boolean {
  return reply.kind === "failed" && /bad_alloc|Failed to allocate memory|bad allocation/.test(reply.message);
}

function reason(reply: FromChild): string {
  return reply.kind === "failed" ? runtimeMessage(reply.message) : "an answer out of order";
}
