import { type ChildProcess, spawn } from "node:child_process";
import { formatBytes, formatDuration, type ModelyardError, remoteError } from "@modelyard/base";
import { type FromChild, isolatedChild, type ToChild } from "./isolated-child.ts";
import { limitMemory, type ProcessMemory, processMemory, WATCH_INTERVAL_MS } from "./memory-limit.ts";
import { TELEMETRY_VARIABLE } from "./runtime.ts";

export interface IsolatedSettings {
  readonly what: string;
  /** Path of the runtime's entry. */
  readonly entry: string;
  readonly memoryBytes: number;
  readonly timeoutMs: number;
  readonly threads: number;
}

interface Waiting {
  readonly resolve: (reply: FromChild) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

/** Bytes of the child's standard error kept for the message of a crash. */
const MAX_STDERR = 4_000;
const EMPTY_MEMORY: ProcessMemory = { resident: Number.POSITIVE_INFINITY, writable: Number.POSITIVE_INFINITY };

/** One child process and the calls that wait for it; dead for good once it ended. */
export class IsolatedProcess {
  ended = false;
  private readonly process: ChildProcess;
  private readonly settings: IsolatedSettings;
  private readonly waiting = new Map<number, Waiting>();
  private readonly exit: Promise<void>;
  private readonly watch: NodeJS.Timeout;
  /** Memory before the model was opened; the limit is on top of it. */
  private before = EMPTY_MEMORY;
  private nextId = 1;
  private reason: ModelyardError | undefined;
  private stderr = "";

  constructor(settings: IsolatedSettings) {
    this.settings = settings;
    this.process = spawn(process.execPath, ["-e", `(${isolatedChild.toString()})()`], {
      env: { [TELEMETRY_VARIABLE]: "1" },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "advanced",
      windowsHide: true,
    });
    this.process.stderr?.on("data", (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString("utf8")).slice(-MAX_STDERR);
    });
    this.process.on("message", (message) => this.onReply(message as FromChild));
    this.exit = new Promise((resolve) => {
      this.process.on("error", (error) => this.end(error.message, resolve));
      this.process.on("close", (code, signal) => this.end(signal ?? `exit code ${code}`, resolve));
    });
    this.watch = setInterval(() => void this.checkMemory(), WATCH_INTERVAL_MS);
    this.watch.unref();
  }

  /** Loads the runtime, then limits the memory, then opens the model. */
  async open(model: Uint8Array): Promise<FromChild> {
    const { entry, memoryBytes, threads } = this.settings;
    const loaded = await this.call((id) => ({ kind: "load", id, entry }));
    if (loaded.kind !== "done") return loaded;
    const pid = this.process.pid;
    const memory = pid === undefined ? undefined : await processMemory(pid);
    if (pid !== undefined && memory !== undefined) {
      this.before = memory;
      await limitMemory(pid, memory.writable + memoryBytes);
    }
    return this.call((id) => ({ kind: "open", id, model, threads }));
  }

  /** Sends one call and waits for its answer, for `timeoutMs` at most. Throws MODEL_TIMEOUT, MODEL_KILLED. */
  async call(build: (id: number) => ToChild): Promise<FromChild> {
    if (this.ended) throw this.failure("it has ended");
    const id = this.nextId++;
    return new Promise<FromChild>((resolve, reject) => {
      const timer = setTimeout(() => this.stop(timeoutError(this.settings)), this.settings.timeoutMs);
      this.waiting.set(id, { resolve, reject, timer });
      // A failed send means that the child is gone; its exit rejects the call.
      this.process.send(build(id), () => undefined);
    });
  }

  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.exit;
  }

  /** Ends the child because its memory is used up; the error for the call that did it. */
  async endForMemory(): Promise<ModelyardError> {
    const error = memoryError(this.settings);
    this.stop(error);
    await this.exit;
    return error;
  }

  private onReply(reply: FromChild): void {
    const waiting = this.waiting.get(reply.id);
    if (!waiting) return;
    this.waiting.delete(reply.id);
    clearTimeout(waiting.timer);
    waiting.resolve(reply);
  }

  private async checkMemory(): Promise<void> {
    const pid = this.process.pid;
    const memory = pid === undefined || this.waiting.size === 0 ? undefined : await processMemory(pid);
    if (memory !== undefined && memory.resident > this.before.resident + this.settings.memoryBytes) this.stop(memoryError(this.settings));
  }

  private stop(reason: ModelyardError): void {
    this.reason ??= reason;
    this.process.kill("SIGKILL");
  }

  private end(how: string, resolve: () => void): void {
    this.ended = true;
    clearInterval(this.watch);
    for (const waiting of this.waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(this.failure(how));
    }
    this.waiting.clear();
    resolve();
  }

  private failure(how: string): ModelyardError {
    if (this.reason) return this.reason;
    const crash = /(?:FATAL ERROR|terminate called|what\(\)).*/.exec(this.stderr)?.[0];
    return remoteError(
      "MODEL_KILLED",
      `the process of ${this.settings.what} ended (${how})${crash === undefined ? "" : `: ${crash.slice(0, 300)}`}`,
      {
        hint: `it may need more than ${formatBytes(this.settings.memoryBytes)}; raise the memory limit if the model is trusted`,
      },
    );
  }
}

function timeoutError(settings: IsolatedSettings): ModelyardError {
  return remoteError("MODEL_TIMEOUT", `${settings.what} did not answer within ${formatDuration(settings.timeoutMs)} and was killed`, {
    hint: "raise the time limit if the model is trusted",
  });
}

function memoryError(settings: IsolatedSettings): ModelyardError {
  return remoteError("MODEL_KILLED", `${settings.what} took more than ${formatBytes(settings.memoryBytes)} of memory and was killed`, {
    hint: "raise the memory limit if the model is trusted",
  });
}
