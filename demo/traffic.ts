import { Agent, request } from "node:http";
import { seededRandom } from "@modelyard/base";

/** Requests in flight at once: enough that the server has something to batch. */
const CONCURRENCY = 12;
const REQUEST_TIMEOUT_MS = 10_000;

/** One second of traffic as its clients saw it. */
export interface Second {
  readonly timeMs: number;
  readonly sent: number;
  readonly failed: number;
  readonly right: number;
}

/** A row of pixels with the digit that it shows. */
export interface LabelledRow {
  readonly pixels: readonly number[];
  readonly digit: string;
}

/** Clients that send single-row requests at a steady rate until they are stopped. */
export class Traffic {
  readonly seconds: Second[] = [];
  sent = 0;
  failed = 0;
  right = 0;
  /** Reasons of failures with their counts. */
  readonly failures = new Map<string, number>();
  private readonly url: string;
  private readonly perSecond: number;
  private rows: readonly LabelledRow[];
  private readonly random = seededRandom(20261121);
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY * 4 });
  private timer: NodeJS.Timeout | undefined;
  private current = { timeMs: 0, sent: 0, failed: 0, right: 0 };
  private inFlight = 0;
  private due = 0;
  private stopped = false;

  constructor(url: string, rows: readonly LabelledRow[], perSecond: number) {
    this.url = url;
    this.rows = rows;
    this.perSecond = perSecond;
  }

  /** Starts as soon as the address answers: clients come when there is something to call. */
  async startWhenServing(readyUrl: string): Promise<void> {
    while (!this.stopped) {
      const status = await fetch(readyUrl).then(
        (response) => response.status,
        () => 0,
      );
      if (status === 200) return this.start();
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  start(): void {
    const tickMs = 50;
    this.current.timeMs = Date.now();
    this.timer = setInterval(() => {
      this.due += (this.perSecond * tickMs) / 1000;
      // Requests come in bursts, as they do in life; that is what a server batches.
      while (this.due >= 1 && this.inFlight < CONCURRENCY * 4) {
        this.due--;
        void this.send();
      }
      this.due = Math.min(this.due, this.perSecond);
      if (Date.now() - this.current.timeMs >= 1000) this.turn();
    }, tickMs);
  }

  /** From now on the clients send these rows. */
  use(rows: readonly LabelledRow[]): void {
    this.rows = rows;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    while (this.inFlight > 0) await new Promise((done) => setTimeout(done, 20));
    this.turn();
    this.agent.destroy();
  }

  private turn(): void {
    this.seconds.push(this.current);
    this.current = { timeMs: Date.now(), sent: 0, failed: 0, right: 0 };
  }

  private async send(): Promise<void> {
    const row = this.rows[Math.floor(this.random.next() * this.rows.length)]!;
    const user = `user-${Math.floor(this.random.next() * 400)}`;
    this.inFlight++;
    this.sent++;
    this.current.sent++;
    const outcome = await this.ask(row, user).catch((error: Error) => ({ failure: error.message, digit: "" }));
    this.inFlight--;
    if (outcome.failure !== undefined) {
      this.failed++;
      this.current.failed++;
      this.failures.set(outcome.failure, (this.failures.get(outcome.failure) ?? 0) + 1);
    } else if (outcome.digit === row.digit) {
      this.right++;
      this.current.right++;
    }
  }

  private ask(row: LabelledRow, user: string): Promise<{ failure: string | undefined; digit: string }> {
    const body = JSON.stringify({ inputs: [{ name: "pixels", datatype: "FP32", shape: [1, row.pixels.length], data: row.pixels }] });
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body), "x-modelyard-key": user };
    return new Promise((done, failed) => {
      const call = request(this.url, { method: "POST", agent: this.agent, headers, timeout: REQUEST_TIMEOUT_MS }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => {
          if (response.statusCode !== 200) return done({ failure: `${response.statusCode} ${text.slice(0, 120)}`, digit: "" });
          const answer = JSON.parse(text) as { outputs: { name: string; data: number[] }[] };
          return done({ failure: undefined, digit: String(answer.outputs.find((output) => output.name === "label")?.data[0]) });
        });
        response.on("error", failed);
      });
      call.on("timeout", () => call.destroy(new Error("timed out")));
      call.on("error", failed);
      call.end(body);
    });
  }
}
