import { type Clock, messageOf, toModelyardError } from "@modelyard/base";
import type { Tensor } from "@modelyard/model";
import type { ModelSession } from "@modelyard/onnx";
import { batchKey, joinInputs, splitOutputs } from "./batch.ts";
import { busy, HttpProblem } from "./http-problem.ts";
import type { ServerLimits } from "./limits.ts";

/** A batch that was run, for measurements. */
export interface BatchReport {
  readonly requests: number;
  readonly rows: number;
}

interface Waiting {
  readonly inputs: readonly Tensor[];
  readonly rows: number;
  readonly key: string;
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly resolve: (outputs: readonly Tensor[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs one model, one batch at a time. Requests that arrive within the window, or while a batch runs, are stacked up to `maxBatchRows` rows and their results
 * split again; a batch that fails fails every request in it, because running them singly would hide a model that cannot be batched.
 */
export class Batcher {
  private readonly session: Pick<ModelSession, "run">;
  private readonly batchable: boolean;
  private readonly limits: ServerLimits;
  private readonly clock: Pick<Clock, "monotonic">;
  private readonly report: (batch: BatchReport) => void;
  private readonly queue: Waiting[] = [];
  private working = false;

  constructor(
    session: Pick<ModelSession, "run">,
    options: { batchable: boolean; limits: ServerLimits; clock: Pick<Clock, "monotonic">; report?: (batch: BatchReport) => void },
  ) {
    this.session = session;
    this.batchable = options.batchable;
    this.limits = options.limits;
    this.clock = options.clock;
    this.report = options.report ?? (() => undefined);
  }

  /** Requests that wait, not counting those in the batch that runs. */
  get waiting(): number {
    return this.queue.length;
  }

  get isFull(): boolean {
    return this.queue.length >= this.limits.maxQueue;
  }

  /** Outputs of this request alone. Throws HttpProblem 503 (queue full, waited too long), 500 (the model failed); rejects with the signal's reason. */
  async submit(inputs: readonly Tensor[], rows: number, signal: AbortSignal): Promise<readonly Tensor[]> {
    if (this.isFull) throw queueFull();
    return new Promise((resolve, reject) => {
      const deadline = this.clock.monotonic() + this.limits.requestTimeoutMs;
      this.queue.push({ inputs, rows, key: this.batchable ? batchKey(inputs) : "", deadline, signal, resolve, reject });
      if (!this.working) this.begin();
    });
  }

  private begin(): void {
    this.working = true;
    const windowMs = this.batchable ? this.limits.batchWindowMs : 0;
    if (windowMs > 0) setTimeout(() => void this.work(), windowMs);
    else setImmediate(() => void this.work());
  }

  private async work(): Promise<void> {
    for (;;) {
      const batch = this.take();
      if (batch.length === 0) break;
      await this.run(batch);
      // Requests whose bodies arrived meanwhile get to the queue first.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.working = false;
  }

  /** The oldest request and those that fit beside it, in order. */
  private take(): Waiting[] {
    const now = this.clock.monotonic();
    const batch: Waiting[] = [];
    let rows = 0;
    for (let i = 0; i < this.queue.length; ) {
      const next = this.queue[i]!;
      const gone = next.signal.aborted || next.deadline < now;
      const fits = batch.length === 0 || (this.batchable && next.key === batch[0]!.key && rows + next.rows <= this.limits.maxBatchRows);
      if (!gone && !fits) {
        if (!this.batchable || rows >= this.limits.maxBatchRows) break;
        i++;
        continue;
      }
      this.queue.splice(i, 1);
      if (gone) next.reject(next.signal.aborted ? next.signal.reason : busy("the request waited too long for its turn"));
      else {
        batch.push(next);
        rows += next.rows;
      }
    }
    return batch;
  }

  private async run(batch: readonly Waiting[]): Promise<void> {
    const rows = batch.map((waiting) => waiting.rows);
    this.report({ requests: batch.length, rows: rows.reduce((sum, count) => sum + count, 0) });
    try {
      const outputs = await this.session.run(joinInputs(batch.map((waiting) => waiting.inputs)));
      const parts = batch.length === 1 ? [outputs] : splitOutputs(outputs, rows);
      if (typeof parts === "string") throw new HttpProblem(500, `the model failed on a batch: ${parts}`);
      for (const [i, waiting] of batch.entries()) waiting.resolve(parts[i]!);
    } catch (error) {
      const problem = error instanceof HttpProblem ? error : modelFailure(error);
      for (const waiting of batch) waiting.reject(problem);
    }
  }
}

export function queueFull(): HttpProblem {
  return busy("too many requests wait for this model");
}

function modelFailure(error: unknown): HttpProblem {
  const { kind, code } = toModelyardError(error);
  return new HttpProblem(500, kind === "defect" ? `internal error (${code})` : messageOf(error));
}
