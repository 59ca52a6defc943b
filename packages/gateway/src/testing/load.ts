import { Pool } from "undici";
import { inferRequest } from "../infer-message.ts";

export interface LoadResult {
  readonly sent: number;
  /** Answers by status; 0 is no answer. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly versions: ReadonlyMap<string, number>;
  /** Sent, but not answered with 200. */
  readonly failed: number;
}

export interface Load {
  readonly sent: () => number;
  stop(): Promise<LoadResult>;
}

/** Clients that each send one inference request after the other until `stop`; every request has its own key. */
export function startLoad(port: number, clients: number, options: { pauseMs?: number; rows?: number; prefix?: string } = {}): Load {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: clients });
  const statuses = new Map<number, number>();
  const versions = new Map<string, number>();
  let [sent, isStopping] = [0, false];
  const bump = <K>(map: Map<K, number>, key: K): void => void map.set(key, (map.get(key) ?? 0) + 1);
  const one = async (): Promise<void> => {
    const id = `${options.prefix ?? "r"}${++sent}`;
    const values = Array.from({ length: options.rows ?? 1 }, (_, i) => (sent + i) % 10);
    const body = inferRequest(id, [{ name: "x", dtype: "float32", shape: [values.length, 1], data: values }]);
    try {
      const answer = await pool.request({
        method: "POST",
        path: "/v2/models/m/infer",
        headers: { "content-type": "application/json", "x-request-id": id },
        body,
      });
      await answer.body.dump();
      bump(statuses, answer.statusCode);
      bump(versions, String(answer.headers["x-modelyard-version"]));
    } catch {
      // A cut connection is what status 0 stands for.
      bump(statuses, 0);
    }
  };
  const run = async (): Promise<void> => {
    while (!isStopping) {
      await one();
      if (options.pauseMs) await new Promise((resolve) => setTimeout(resolve, options.pauseMs));
    }
  };
  const runs = Array.from({ length: clients }, run);
  return {
    sent: () => sent,
    async stop() {
      isStopping = true;
      await Promise.all(runs);
      await pool.destroy();
      return { sent, statuses, versions, failed: sent - (statuses.get(200) ?? 0) };
    },
  };
}
