import type { ServerResponse } from "node:http";
import type { Routes } from "./routes.ts";

/** An answer of the gateway itself, in the form of the protocol's errors. The connection is closed when a body may still be coming. */
export function refuse(response: ServerResponse, status: number, error: string): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify({ error });
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...(status === 413 ? { connection: "close" } : {}),
  });
  response.end(body);
}

/** Answers the protocol's server health for the gateway: live always, ready when some version can take all requests. False: not such a path. */
export function answerGatewayHealth(routes: Routes, path: string, response: ServerResponse): boolean {
  if (path === "/v2/health/live") {
    sendJson(response, 200, { live: true });
    return true;
  }
  if (path === "/v2/health/ready") {
    const ready = (routes.stable?.ready.length ?? 0) > 0 || (routes.canaryPercent >= 100 && (routes.canary?.ready.length ?? 0) > 0);
    sendJson(response, ready ? 200 : 503, { ready });
    return true;
  }
  return false;
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}
