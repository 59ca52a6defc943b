import type { Clock, Log } from "@modelyard/base";
import { messageOf } from "@modelyard/base";
import type { Signature } from "@modelyard/model";
import { type CallRecorder, callRecorder } from "../observe/recorder.ts";
import type { Backend, ReadyReplica } from "../router/backend.ts";
import { type ReplicaClient, replicaClient } from "../router/replica-client.ts";
import type { ReplicaLauncher, RunningReplica } from "./launcher.ts";
import { probe } from "./probe.ts";

/** How replicas are watched. */
export interface WatchTimes {
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
  /** Failed probes in a row after which a replica gets no requests... */
  readonly unreadyAfter: number;
  /** ...and after which it is killed and started afresh. */
  readonly killAfter: number;
  /** First wait before a restart; doubled up to the last. */
  readonly firstBackoffMs: number;
  readonly lastBackoffMs: number;
  /** Longest wait for requests in progress when a replica is taken out. */
  readonly drainMs: number;
}

export const DEFAULT_WATCH: WatchTimes = {
  probeIntervalMs: 500,
  probeTimeoutMs: 2_000,
  unreadyAfter: 2,
  killAfter: 10,
  firstBackoffMs: 200,
  lastBackoffMs: 10_000,
  drainMs: 30_000,
};

export interface PoolOptions {
  readonly version: number;
  readonly replicas: number;
  readonly signature: Signature;
  readonly launcher: ReplicaLauncher;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch: WatchTimes;
}

/** Replicas of one version, kept at their number: watched, restarted, taken out when they do not answer. */
export interface VersionPool extends Backend {
  /** Replicas that ended by themselves or were killed for not answering, since the start. */
  readonly crashes: number;
  /** Why the last replica failed, for people. */
  readonly lastFailure: string | undefined;
  /** Addresses of the replicas that run, ready or not. */
  readonly origins: readonly string[];
  /** Waits until no request is in progress (at most `drainMs`), then stops all replicas. Take the pool out of the routes before. */
  close(): Promise<void>;
}

/** Starts a version's replicas and keeps them running until `close`. */
export function versionPool(options: PoolOptions): VersionPool {
  return new Pool(options);
}

class Pool implements VersionPool {
  readonly version: number;
  readonly signature: Signature;
  readonly recorder: CallRecorder;
  ready: readonly ReadyReplica[] = [];
  crashes = 0;
  lastFailure: string | undefined;
  private readonly options: PoolOptions;
  private readonly running = new Map<RunningReplica, ReplicaClient>();
  private readonly stopping = new AbortController();
  private readonly loops: Promise<void>[];

  constructor(options: PoolOptions) {
    this.options = options;
    this.version = options.version;
    this.signature = options.signature;
    this.recorder = callRecorder(options.clock);
    this.loops = Array.from({ length: options.replicas }, () => this.keepOne());
  }

  get origins(): readonly string[] {
    return [...this.running.keys()].map((replica) => replica.origin);
  }

  async close(): Promise<void> {
    const { clock, watch } = this.options;
    const until = clock.monotonic() + watch.drainMs;
    while (this.ready.some((replica) => replica.inFlight > 0) && clock.monotonic() < until) await clock.sleep(20);
    this.stopping.abort(new Error("stopping"));
    await Promise.all(this.loops);
  }

  /** One replica's life, again and again. */
  private async keepOne(): Promise<void> {
    const { clock, watch, log, version } = this.options;
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      const startedMs = clock.monotonic();
      const how = await this.runOne().catch(messageOf);
      if (signal.aborted) return;
      this.crashes++;
      this.lastFailure = how;
      failures = clock.monotonic() - startedMs > watch.lastBackoffMs ? 0 : failures + 1;
      const waitMs = Math.min(watch.lastBackoffMs, watch.firstBackoffMs * 2 ** Math.max(0, failures - 1));
      log.warning(`a replica of version ${version} is down: ${how}; starting another in ${waitMs} ms`);
      await clock.sleep(waitMs, signal).catch(() => undefined);
    }
  }

  /** Starts a replica and watches it to its end; answers how it ended. */
  private async runOne(): Promise<string> {
    const { launcher, version } = this.options;
    const replica = await launcher.start(version, this.stopping.signal);
    const client = replicaClient(replica.origin);
    const entry: ReadyReplica = { client, inFlight: 0 };
    this.running.set(replica, client);
    const end = new AbortController();
    const onStop = (): void => end.abort();
    this.stopping.signal.addEventListener("abort", onStop, { once: true });
    const ended = replica.ended.then((how) => {
      this.takeOut(entry);
      end.abort();
      return how;
    });
    try {
      if (this.stopping.signal.aborted) end.abort();
      await this.watch(replica, entry, end.signal);
      if (this.stopping.signal.aborted) await replica.stop();
      return await ended;
    } finally {
      this.stopping.signal.removeEventListener("abort", onStop);
      this.takeOut(entry);
      this.running.delete(replica);
      await client.close();
    }
  }

  private async watch(replica: RunningReplica, entry: ReadyReplica, signal: AbortSignal): Promise<void> {
    // A connection of its own: behind the requests of a hung replica a probe would wait as they do.
    const prober = replicaClient(replica.origin, 1);
    try {
      await this.probeUntil(replica, entry, prober, signal);
    } finally {
      await prober.close();
    }
  }

  private async probeUntil(replica: RunningReplica, entry: ReadyReplica, prober: ReplicaClient, signal: AbortSignal): Promise<void> {
    const { clock, watch, log, version } = this.options;
    let failed = 0;
    let wasReady = false;
    while (!signal.aborted) {
      const ok = await probe(prober, watch.probeTimeoutMs);
      if (signal.aborted) return;
      failed = ok ? 0 : failed + 1;
      if (ok) {
        wasReady = true;
        this.putIn(entry);
      } else if (failed >= watch.unreadyAfter) this.takeOut(entry);
      // A replica that has never been ready may still be loading its model; the staging check bounds that.
      if (wasReady && failed >= watch.killAfter) {
        log.warning(`a replica of version ${version} has not answered ${failed} probes; killing it`);
        replica.kill();
        return;
      }
      await clock.sleep(watch.probeIntervalMs, signal).catch(() => undefined);
    }
  }

  private putIn(entry: ReadyReplica): void {
    if (!this.ready.includes(entry)) this.ready = [...this.ready, entry];
  }

  private takeOut(entry: ReadyReplica): void {
    this.ready = this.ready.filter((one) => one !== entry);
  }
}
