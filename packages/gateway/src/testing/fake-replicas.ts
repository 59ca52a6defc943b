import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Signature } from "@modelyard/model";
import type { ReplicaLauncher, RunningReplica } from "../replicas/launcher.ts";

/** What a fake model does; read at every request, so that a test changes it under way. */
export interface FakeModel {
  /** Predicted class of a number. */
  label(value: number): number;
  /** Status of an inference answer. */
  status?: (request: { readonly id: string; readonly role: string }) => number;
  /** Delay of answers to real traffic; golden replays are answered at once. */
  delayMs?: number;
  /** Never answers, not even probes. */
  hung?: boolean;
  ready?: boolean;
  /** Does not start at all. */
  broken?: boolean;
}

/** Signature of the fake model: one number in, its class out. */
export const fakeSignature: Signature = {
  format: 1,
  task: "classification",
  inputs: [{ name: "x", dtype: "float32", shape: [-1, 1] }],
  outputs: [{ name: "label", dtype: "int64", shape: [-1], role: "label" }],
};

export interface FakeReplicas extends ReplicaLauncher {
  readonly models: Map<number, FakeModel>;
  /** Ends a version's replicas as kill -9 does: sockets cut, no goodbye. */
  crash(version: number): void;
  running(version: number): number;
  starts(version: number): number;
  /** Requests answered by role header, over all versions. */
  readonly roles: Map<string, number>;
}

interface Running {
  readonly version: number;
  readonly server: Server;
  end(how: string): void;
}

/** Replicas as HTTP servers in this process. */
export function fakeReplicas(models: Iterable<readonly [number, FakeModel]>): FakeReplicas {
  const all = new Map(models);
  const live = new Set<Running>();
  const started = new Map<number, number>();
  const roles = new Map<string, number>();
  return {
    models: all,
    roles,
    async start(version) {
      started.set(version, (started.get(version) ?? 0) + 1);
      const model = all.get(version);
      if (model === undefined || model.broken) throw new Error(`version ${version} does not start`);
      const server = createServer((request, response) => void answer(all.get(version)!, roles, request, response));
      server.keepAliveTimeout = 60_000;
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return track(server, version, live);
    },
    crash(version) {
      for (const one of live) if (one.version === version) one.end("it ended with SIGKILL");
    },
    running: (version) => [...live].filter((one) => one.version === version).length,
    starts: (version) => started.get(version) ?? 0,
  };
}

function track(server: Server, version: number, live: Set<Running>): RunningReplica {
  let end: (how: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = (how) => {
      live.delete(one);
      server.close();
      server.closeAllConnections();
      resolve(how);
    };
  });
  const one: Running = { version, server, end };
  live.add(one);
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ended,
    async stop() {
      one.end("it was stopped");
    },
    kill: () => one.end("it ended with SIGKILL"),
  };
}

async function answer(model: FakeModel, roles: Map<string, number>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (model.hung) return;
  const send = (status: number, value: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };
  if (request.url === "/v2/health/ready") return send(model.ready === false ? 503 : 200, {});
  if (!request.url?.endsWith("/infer")) return send(200, { path: request.url });
  const role = String(request.headers["x-modelyard-role"]);
  roles.set(role, (roles.get(role) ?? 0) + 1);
  if (model.delayMs && !String(request.headers["x-request-id"]).startsWith("golden"))
    await new Promise((resolve) => setTimeout(resolve, model.delayMs));
  const status = model.status?.({ id: String(request.headers["x-request-id"]), role }) ?? 200;
  if (status !== 200) return send(status, { error: "injected" });
  const { inputs } = JSON.parse(Buffer.concat(chunks).toString()) as { inputs: [{ data: number[] }] };
  const data = inputs[0].data.map((value) => model.label(value));
  send(200, { model_name: "m", outputs: [{ name: "label", datatype: "INT64", shape: [data.length], data }] });
}
