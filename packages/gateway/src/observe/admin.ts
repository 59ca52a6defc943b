import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { closeServer, listen } from "../router/router.ts";

/** What the admin listener shows; nothing can be changed through it. */
export interface AdminSource {
  /** Plain data: routes, counters, rollout. */
  state(): unknown;
  metrics(): string;
}

export interface Admin {
  readonly port: number;
  close(): Promise<void>;
}

/** Read-only pages on loopback: `/state` (JSON), `/metrics` (Prometheus text), `/healthz`. Throws PORT_TAKEN. */
export async function startAdmin(port: number, source: AdminSource): Promise<Admin> {
  const server = createServer((request, response) => {
    const send = (status: number, type: string, body: string): void => {
      response.writeHead(status, { "content-type": type, ...(status === 405 ? { allow: "GET, HEAD" } : {}) });
      response.end(request.method === "HEAD" ? undefined : body);
    };
    if (request.method !== "GET" && request.method !== "HEAD") return send(405, "text/plain", "this listener only shows\n");
    switch (request.url) {
      case "/state":
        return send(200, "application/json", JSON.stringify(source.state()));
      case "/metrics":
        return send(200, "text/plain; version=0.0.4", source.metrics());
      case "/healthz":
        return send(200, "text/plain", "ok\n");
      default:
        return send(404, "text/plain", "there are /state, /metrics and /healthz\n");
    }
  });
  await listen(server, port, "127.0.0.1");
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}
