import { type Clock, type Log, type Random, remoteError } from "@modelyard/base";
import { metricsText, type ReplicaLauncher, type Router, startAdmin, startRouter, type WatchTimes } from "@modelyard/gateway";
import { desiredTraffic } from "@modelyard/rollout";
import type { Yard } from "@modelyard/store";
import { type Controller, controller } from "./controller/controller.ts";
import type { ControlTimes } from "./controller/options.ts";

export interface GatewayOptions {
  readonly yard: Yard;
  readonly model: string;
  /** Name of this gateway, the same after a restart; default `<host>:<port>`-like texts are made by the command line. */
  readonly name: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly host?: string | undefined;
  /** Loopback listener that shows state and metrics; undefined: none. */
  readonly adminPort?: number | undefined;
  readonly replicas: number;
  readonly launcher: ReplicaLauncher;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly requestTimeoutMs?: number | undefined;
  readonly times?: Partial<ControlTimes> | undefined;
  readonly watch?: Partial<WatchTimes> | undefined;
}

export interface RunningGateway {
  readonly port: number;
  readonly adminPort: number | undefined;
  readonly router: Router;
  readonly controller: Controller;
  /** Lets requests under way end, then stops replicas; an unfinished rollout goes on at the next start. */
  stop(): Promise<void>;
}

/** A whole gateway: listener, replicas, control loop. Throws PORT_TAKEN, and what the first look at the yard throws. */
export async function runGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { clock, random, log, yard, model } = options;
  const limits = options.requestTimeoutMs === undefined ? undefined : { timeoutMs: options.requestTimeoutMs };
  const router = await startRouter({ port: options.port, host: options.host, clock, random, log, limits });
  const control = controller({
    yard,
    model,
    target: "gateway",
    gateway: options.name,
    router,
    launcher: options.launcher,
    replicas: options.replicas,
    clock,
    random,
    log,
    times: options.times,
    watch: options.watch,
  });
  const source = { state: () => stateOf(options, router, control), metrics: () => metricsText(figuresOf(model, router, control)) };
  try {
    await control.tick();
    const admin = options.adminPort === undefined ? undefined : await startAdmin(options.adminPort, source);
    control.start();
    return {
      port: router.port,
      adminPort: admin?.port,
      router,
      controller: control,
      async stop() {
        await router.close();
        await control.stop();
        await admin?.close();
      },
    };
  } catch (cause) {
    await router.close();
    await control.stop();
    throw cause instanceof Error ? cause : remoteError("GATEWAY_FAILED", String(cause));
  }
}

/** What `/state` shows. */
function stateOf(options: GatewayOptions, router: Router, control: Controller): unknown {
  const { routes, totals } = router;
  const active = control.rollout;
  return {
    model: options.model,
    gateway: options.name,
    routes: {
      stable: routes.stable?.version ?? null,
      canary: routes.canary?.version ?? null,
      canaryPercent: routes.canaryPercent,
      mirrorPercent: routes.mirrorPercent,
    },
    totals,
    pairs: router.pairs(),
    versions: control.fleet.versions.map(({ version, ready, crashes, lastFailure, origins }) => ({
      version,
      ready: ready.length,
      crashes,
      lastFailure: lastFailure ?? null,
      origins,
    })),
    rollout:
      active === undefined
        ? null
        : { id: active.id, version: active.state.version, phase: active.state.phase, wanted: desiredTraffic(active.state) },
  };
}

function figuresOf(model: string, router: Router, control: Controller) {
  const { routes, totals } = router;
  const versions = control.fleet.versions.map((pool) => ({
    version: pool.version,
    ready: pool.ready.length,
    crashes: pool.crashes,
    calls: pool.recorder.snapshot(),
  }));
  return { model, totals, canaryPercent: routes.canaryPercent, mirrorPercent: routes.mirrorPercent, versions };
}
