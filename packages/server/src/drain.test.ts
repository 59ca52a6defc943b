import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { test } from "node:test";
import type { ModelServer } from "./serve.ts";
import { postInfer, rowsBody, startTestServer } from "./testing/test-server.ts";

const body = JSON.stringify(rowsBody([1, 2]));

/** Sends requests one after the other until the server refuses connections; counts answers and requests that were taken and never answered. */
async function client(server: ModelServer, agent: Agent, counts: { answered: number; lost: string[] }): Promise<void> {
  for (;;) {
    const outcome = await new Promise<"answered" | "refused" | string>((resolve) => {
      const call = request(`${server.url}/v2/models/toy/infer`, { method: "POST", agent }, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode === 200 ? "answered" : `status ${response.statusCode}`));
        response.on("error", (error) => resolve(error.message));
      });
      call.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED" ? "refused" : String(error.code)));
      call.end(body);
    });
    if (outcome === "refused") return;
    if (outcome === "answered") counts.answered++;
    else {
      counts.lost.push(outcome);
      return;
    }
  }
}

// 50 stops as in the trust plan; each takes a quarter of a second, so that ten servers stop at a time.
test("50 stops under load lose no request", async () => {
  const counts = { answered: 0, lost: [] as string[] };
  const round = async (): Promise<void> => {
    const server = await startTestServer();
    const agent = new Agent({ keepAlive: true });
    const clients = Array.from({ length: 8 }, () => client(server, agent, counts));
    while (server.sink.lines.length < 8) await new Promise((resolve) => setTimeout(resolve, 5));
    await server.stop();
    await Promise.all(clients);
    agent.destroy();
    assert.equal(server.sink.closed, true);
  };
  for (let i = 0; i < 5; i++) await Promise.all(Array.from({ length: 10 }, round));
  assert.deepEqual(counts.lost, []);
  assert.ok(counts.answered >= 50 * 8);
});

test("readiness is false first, while requests are still answered and their connections closed", async () => {
  const server = await startTestServer();
  const stopped = server.stop({ drainMs: 300 });
  const ready = await fetch(`${server.url}/v2/health/ready`);
  assert.deepEqual([ready.status, await ready.json()], [503, { ready: false }]);
  assert.equal((await fetch(`${server.url}/v2/health/live`)).status, 200);
  const reply = await postInfer(server, rowsBody([1, 2]));
  assert.deepEqual([reply.status, reply.headers.get("connection")], [200, "close"]);
  await stopped;
  await assert.rejects(fetch(`${server.url}/v2`));
});

test("a client that never finishes its request does not hold the stop past its grace period", async () => {
  const server = await startTestServer();
  const call = request(`${server.url}/v2/models/toy/infer`, { method: "POST", headers: { "content-length": "100" } });
  const cut = new Promise((resolve) => call.on("error", resolve));
  call.write("{");
  await new Promise((resolve) => setTimeout(resolve, 20));
  await server.stop({ graceMs: 250 });
  await cut;
});
