import type { Server as HttpServer } from "node:http";
import { Server as NetServer } from "node:net";
import type { Clock } from "@modelyard/base";

/** Requests on kept connections that were on their way when the server stopped listening still arrive within this time. */
const LINGER_MS = 200;
const DEFAULT_GRACE_MS = 10_000;

/** Counts requests in flight, and closes a server without losing an accepted one. */
export class Drain {
  /** True from the first moment of stopping: readiness is false, and every answer closes its connection. */
  isStopping = false;
  private readonly clock: Clock;
  private inFlight = 0;
  private onIdle: (() => void) | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  enter(): void {
    this.inFlight++;
  }

  leave(): void {
    this.inFlight--;
    if (this.inFlight === 0) this.onIdle?.();
  }

  /** Takes requests for `drainMs` more, stops listening, answers what is in flight, and cuts what is left after `graceMs`. */
  async stop(http: HttpServer, options: { graceMs?: number; drainMs?: number }): Promise<void> {
    this.isStopping = true;
    const drainMs = options.drainMs ?? 0;
    if (drainMs > 0) await this.clock.sleep(drainMs);
    // http.Server.close would also cut kept connections at once, with requests on their way.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(http, () => resolve()));
    const graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
    if (graceMs > 0) {
      await this.clock.sleep(Math.min(LINGER_MS, graceMs));
      await this.idleWithin(graceMs);
    }
    http.closeAllConnections();
    http.close();
    await closed;
  }

  private async idleWithin(graceMs: number): Promise<void> {
    const answered = new AbortController();
    const late = this.clock.sleep(graceMs, answered.signal).catch(() => undefined);
    await Promise.race([this.idle(), late]);
    answered.abort();
  }

  private idle(): Promise<void> {
    if (this.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.onIdle = resolve;
    });
  }
}
