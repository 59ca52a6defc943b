import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, type Log, newUlid, type Random, userError } from "@modelyard/base";
import type { PairCounts } from "@modelyard/rollout";
import { mirror as newMirror } from "../mirror/mirror.ts";
import { pairCounter } from "../mirror/pair-counter.ts";
import { newTotals, type Totals } from "../observe/totals.ts";
import { noRoutes, type Routes } from "./routes.ts";
import { serveRequest } from "./serve-request.ts";
import { DEFAULT_PROXY_LIMITS, type ProxyLimits, type Serving } from "./serving.ts";

export interface RouterOptions {
  /** 0 takes a free port. */
  readonly port: number;
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly limits?: Partial<ProxyLimits> | undefined;
}

/** The public listener. */
export interface Router {
  readonly port: number;
  readonly totals: Totals;
  readonly routes: Routes;
  /** Takes effect for the next request; those under way end where they are. */
  setRoutes(routes: Routes): void;
  pairs(): PairCounts;
  /** Resolves when every mirrored copy is done. */
  mirrorsIdle(): Promise<void>;
  /** Stops listening, lets requests under way end. */
  close(): Promise<void>;
}

/** A client that sends its headers or body slower than this is cut, so that slow clients cannot hold all sockets. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** Longer than the idle time of usual load balancers (60 s), so that they close first and never send into a closing socket. */
const KEEP_ALIVE_MS = 65_000;
/** Open clients; bounds file descriptors. */
const MAX_CLIENTS = 10_000;

/** Listens for clients. Throws PORT_TAKEN. */
export async function startRouter(options: RouterOptions): Promise<Router> {
  let routes = noRoutes;
  const serving: Serving = {
    routes: () => routes,
    mirror: newMirror(options.log),
    pairs: pairCounter(),
    totals: newTotals(),
    limits: { ...DEFAULT_PROXY_LIMITS, ...options.limits },
    newId: () => newUlid(options.clock.now(), options.random),
    heldBytes: 0,
  };
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true },
    (request, response) => void serveRequest(serving, request, response),
  );
  server.maxConnections = MAX_CLIENTS;
  await listen(server, options.port, options.host ?? "127.0.0.1");
  return {
    port: (server.address() as AddressInfo).port,
    totals: serving.totals,
    get routes() {
      return routes;
    },
    setRoutes(next) {
      routes = next;
    },
    pairs: () => serving.pairs.snapshot(),
    mirrorsIdle: () => serving.mirror.idle(),
    close: () => closeServer(server),
  };
}

/** Binds a server. Throws PORT_TAKEN. */
export function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(
        taken
          ? userError("PORT_TAKEN", `port ${port} of ${host} is in use`, "stop the gateway that has it, or choose another `--port`", error)
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}

/** Interval in which a closing server looks for connections that became idle. */
const IDLE_CHECK_MS = 50;
/** Longest wait for open requests before their connections are cut. */
const CLOSE_TIMEOUT_MS = 30_000;

/** Stops listening and waits for open requests (at most 30 s); connections are closed as they become idle. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
