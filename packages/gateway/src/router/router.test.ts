import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { after, test } from "node:test";
import { silentLog } from "@modelyard/base";
import { systemClock, systemRandom } from "@modelyard/store";
import { request } from "undici";
import {
  type Backend,
  DEFAULT_WATCH,
  keyFraction,
  noRoutes,
  type Router,
  type Routes,
  startRouter,
  type VersionPool,
  versionPool,
} from "../index.ts";
import { type FakeModel, type FakeReplicas, fakeReplicas, fakeSignature } from "../testing/fake-replicas.ts";
import { startLoad } from "../testing/load.ts";
import { replicaClient } from "./replica-client.ts";

const watch = {
  ...DEFAULT_WATCH,
  probeIntervalMs: 30,
  probeTimeoutMs: 500,
  killAfter: 4,
  firstBackoffMs: 20,
  lastBackoffMs: 500,
  drainMs: 2_000,
};
const closers: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

interface Bench {
  readonly router: Router;
  readonly replicas: FakeReplicas;
  pool(version: number, count?: number): Promise<VersionPool>;
  route(routes: Partial<Routes>): void;
}

async function bench(models: Record<number, FakeModel>, timeoutMs = 3_000): Promise<Bench> {
  const replicas = fakeReplicas(Object.entries(models).map(([version, model]) => [Number(version), model] as const));
  const router = await startRouter({
    port: 0,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    limits: { timeoutMs, maxBodyBytes: 100_000 },
  });
  closers.push(() => router.close());
  return {
    router,
    replicas,
    async pool(version, count = 1) {
      const pool = versionPool({
        version,
        replicas: count,
        signature: fakeSignature,
        launcher: replicas,
        clock: systemClock,
        log: silentLog,
        watch,
      });
      closers.push(() => pool.close());
      if (models[version]?.ready !== false) await until(() => pool.ready.length === count);
      return pool;
    },
    route: (routes) => router.setRoutes({ ...noRoutes, salt: "s", ...routes }),
  };
}

async function until(isTrue: () => boolean, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!isTrue()) {
    if (performance.now() > end) assert.fail(`not true in time: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function pick({ version, recorder, signature }: Backend): Omit<Backend, "ready"> {
  return { version, recorder, signature };
}

const ten: FakeModel = { label: (value) => value };

test("100 weight changes over more than 20,000 requests: none fails, and each weight's split is within the 99.9 % binomial interval", async (t) => {
  const { router, pool, route } = await bench({ 1: ten, 2: ten });
  const [stable, canary] = [await pool(1), await pool(2)];
  route({ stable, canary, canaryPercent: 0 });
  const load = startLoad(router.port, 32);
  for (let change = 1; change <= 100; change++) {
    const target = load.sent() + 210;
    route({ stable, canary, canaryPercent: [10, 30, 50, 95, 0][change % 5]! });
    await until(() => load.sent() >= target);
  }
  const result = await load.stop();
  t.diagnostic(`${result.sent} requests, ${result.failed} failed`);
  assert.ok(result.sent >= 20_000);
  assert.equal(result.failed, 0, JSON.stringify([...result.statuses]));
  for (const percent of [1, 10, 30, 95]) {
    route({ stable, canary, canaryPercent: percent });
    const burst = startLoad(router.port, 32, { prefix: `p${percent}-` });
    await until(() => burst.sent() >= 3_000);
    const { sent, versions } = await burst.stop();
    const p = percent / 100;
    const spread = 3.29 * Math.sqrt(sent * p * (1 - p));
    const got = versions.get("2") ?? 0;
    assert.ok(Math.abs(got - sent * p) <= spread + 1, `${got} of ${sent} at ${percent} %`);
  }
});

test("a growing share keeps those who are already with the canary; the salt decides who they are", () => {
  const keys = Array.from({ length: 5_000 }, (_, i) => `user-${i}`);
  const at = (percent: number, salt: string): Set<string> => new Set(keys.filter((key) => keyFraction(key, salt) * 100 < percent));
  const [ten, thirty] = [at(10, "a"), at(30, "a")];
  assert.ok([...ten].every((key) => thirty.has(key)));
  assert.ok(Math.abs(ten.size - 500) < 3.29 * Math.sqrt(5_000 * 0.09));
  const both = [...at(10, "b")].filter((key) => ten.has(key)).length;
  assert.ok(both < 100, `${both} of 500 users are canaries under both salts`);
});

test("header, cookie and role: one key always meets one version; ids are minted or kept", async () => {
  const { router, pool, route } = await bench({ 1: ten, 2: ten });
  route({ stable: await pool(1), canary: await pool(2), canaryPercent: 50 });
  const ask = async (headers: Record<string, string>) => (await request(`http://127.0.0.1:${router.port}/v2`, { headers })).headers;
  for (const headers of [{ "x-modelyard-key": "ann" }, { cookie: "a=b; modelyard-key=bob" }] as Record<string, string>[]) {
    const seen = new Set<unknown>();
    for (let i = 0; i < 20; i++) seen.add((await ask(headers))["x-modelyard-version"]);
    assert.equal(seen.size, 1);
  }
  assert.equal((await ask({ "x-request-id": "mine" }))["x-request-id"], "mine");
  const minted = await ask({ "x-request-id": "with space" });
  assert.match(String(minted["x-request-id"]), /^[0-9A-Z]{26}$/);
  assert.match(String(minted["x-modelyard-role"]), /^(stable|canary)$/);
});

test("nothing to serve: 503 with Retry-After; the gateway itself is live, not ready", async () => {
  const { router } = await bench({});
  const url = `http://127.0.0.1:${router.port}`;
  const answer = await request(`${url}/v2/models/m/infer`, { method: "POST", body: "{}" });
  assert.equal(answer.statusCode, 503);
  assert.equal(answer.headers["retry-after"], "1");
  assert.deepEqual(await answer.body.json(), { error: "no replica is ready" });
  assert.equal((await request(`${url}/v2/health/live`)).statusCode, 200);
  assert.equal((await request(`${url}/v2/health/ready`)).statusCode, 503);
});

test("a body above the limit is refused, whether declared or not; a path that is no path too", async () => {
  const { router, pool, route } = await bench({ 1: ten });
  route({ stable: await pool(1) });
  const url = `http://127.0.0.1:${router.port}/v2/models/m/infer`;
  assert.equal((await request(url, { method: "POST", body: Buffer.alloc(100_001) })).statusCode, 413);
  async function* parts() {
    for (let i = 0; i < 40; i++) yield Buffer.alloc(4_000);
  }
  const undeclared = await request(url, { method: "POST", body: Readable.from(parts()) }).then(
    ({ statusCode }) => statusCode,
    (error: { code?: string }) => error.code,
  );
  assert.ok(
    undeclared === 413 || undeclared === "UND_ERR_SOCKET" || undeclared === "EPIPE" || undeclared === "ECONNRESET",
    String(undeclared),
  );
  const star = await new Promise<number | undefined>((resolve, reject) => {
    httpRequest({ port: router.port, host: "127.0.0.1", method: "OPTIONS", path: "*" }, (answer) => resolve(answer.resume().statusCode))
      .on("error", reject)
      .end();
  });
  assert.equal(star, 400);
});

test("mirroring: clients meet the stable version alone, every copy is compared, lost or an error, and differing rows are counted", async () => {
  const odd: FakeModel = { label: (value) => (value === 3 ? 99 : value), status: ({ id }) => (id === "r7" ? 500 : 200) };
  const { router, replicas, pool, route } = await bench({ 1: ten, 2: odd });
  const [stable, candidate] = [await pool(1), await pool(2)];
  route({ stable, canary: candidate, mirrorPercent: 100 });
  const load = startLoad(router.port, 4, { rows: 10 });
  await until(() => load.sent() >= 300);
  const result = await load.stop();
  await router.mirrorsIdle();
  const pairs = router.pairs();
  assert.equal(result.failed, 0);
  assert.deepEqual([...result.versions.keys()], ["1"]);
  assert.equal(pairs.compared, (result.sent - 1 - pairs.lost) * 10);
  assert.equal(pairs.differed, pairs.compared / 10);
  assert.equal(candidate.recorder.snapshot().errors, 1);
  assert.equal(replicas.roles.get("shadow"), result.sent - pairs.lost);
});

test("a slow candidate never slows a client; copies that do not fit are counted as lost", async () => {
  const { router, pool, route } = await bench({ 1: ten, 2: { ...ten, delayMs: 400 } });
  route({ stable: await pool(1), canary: await pool(2), mirrorPercent: 100 });
  const load = startLoad(router.port, 16);
  await until(() => load.sent() >= 2_000);
  const result = await load.stop();
  assert.equal(result.failed, 0);
  await router.mirrorsIdle();
  const { compared, lost } = router.pairs();
  assert.ok(lost > 0);
  assert.equal(compared + lost, result.sent);
});

test("a canary replica that is killed is restarted; meanwhile its traffic goes to the stable version", async () => {
  const { router, replicas, pool, route } = await bench({ 1: ten, 2: ten });
  const [stable, canary] = [await pool(1), await pool(2)];
  route({ stable, canary, canaryPercent: 50 });
  const load = startLoad(router.port, 8);
  for (let kill = 0; kill < 3; kill++) {
    const target = load.sent() + 300;
    await until(() => load.sent() >= target && canary.ready.length === 1);
    replicas.crash(2);
    await until(() => canary.ready.length === 0);
  }
  await until(() => canary.ready.length === 1);
  const result = await load.stop();
  // Only what was on a cut connection may fail: at most one request a client and a kill.
  assert.ok(result.failed <= 24, `${result.failed} of ${result.sent}`);
  assert.equal(replicas.starts(2), 4);
  assert.equal(canary.crashes, 3);
  assert.ok((result.versions.get("2") ?? 0) > 0);
});

test("a canary that hangs is taken out after failed probes, killed and replaced; clients get answers or 504, never silence", async () => {
  const { router, replicas, pool, route } = await bench({ 1: ten, 2: ten }, 1_000);
  const [stable, canary] = [await pool(1), await pool(2)];
  route({ stable, canary, canaryPercent: 50 });
  const load = startLoad(router.port, 8);
  await until(() => load.sent() >= 100);
  replicas.models.set(2, { ...ten, hung: true });
  await until(() => canary.ready.length === 0);
  const before = load.sent();
  await until(() => load.sent() >= before + 500);
  assert.equal(canary.ready.length, 0);
  await until(() => replicas.starts(2) > 1);
  replicas.models.set(2, ten);
  await until(() => canary.ready.length === 1);
  const result = await load.stop();
  assert.ok(result.failed <= 16, `${result.failed} of ${result.sent}: ${JSON.stringify([...result.statuses])}`);
});

test("a replica that only refuses new connections costs nothing: each refused request is tried on another one", async () => {
  const { router, pool, route } = await bench({ 1: ten, 2: ten });
  const [stable, canary] = [await pool(1, 2), await pool(2)];
  const dead: Backend = { ...pick(canary), ready: [{ client: replicaClient("http://127.0.0.1:1"), inFlight: 0 }] };
  const half: Backend = { ...pick(stable), ready: [{ client: replicaClient("http://127.0.0.1:1"), inFlight: -1 }, ...stable.ready] };
  route({ stable: half, canary: dead, canaryPercent: 50 });
  const load = startLoad(router.port, 1);
  await until(() => load.sent() >= 200);
  const result = await load.stop();
  assert.equal(result.failed, 0);
  assert.deepEqual([...result.versions.keys()], ["1"]);
  assert.ok(router.totals.failedOver > 50);
  assert.equal(dead.recorder.snapshot().errors, router.totals.failedOver);
});

test("closing a pool waits for the requests on it: none is dropped", async () => {
  const { router, pool, route } = await bench({ 1: { ...ten, delayMs: 50 }, 2: { ...ten, delayMs: 50 } });
  const old = await pool(1);
  route({ stable: old });
  const load = startLoad(router.port, 16);
  await until(() => load.sent() >= 64);
  route({ stable: await pool(2) });
  await old.close();
  const target = load.sent() + 64;
  await until(() => load.sent() >= target);
  const result = await load.stop();
  assert.equal(result.failed, 0, JSON.stringify([...result.statuses]));
  assert.deepEqual([...result.versions.keys()].sort(), ["1", "2"]);
});

test("a slow client is cut from nobody else's time: many open requests without a body do not stop others", async () => {
  const { router, pool, route } = await bench({ 1: ten });
  route({ stable: await pool(1) });
  const slow = Array.from({ length: 100 }, () => {
    const one = httpRequest({
      port: router.port,
      host: "127.0.0.1",
      method: "POST",
      path: "/v2/models/m/infer",
      headers: { "content-length": "10" },
    });
    one.on("error", () => undefined);
    one.write("{");
    return one;
  });
  const load = startLoad(router.port, 8);
  await until(() => load.sent() >= 500);
  assert.equal((await load.stop()).failed, 0);
  for (const one of slow) one.destroy();
});
