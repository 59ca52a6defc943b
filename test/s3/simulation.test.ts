// Trust D1, D2, D4, D9 on the S3 adapter: several clients append to one log while the server fails at random; the history is checked against what they were told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isModelyardError, newUlid, type Random, randomInt, seededRandom, utf8 } from "@modelyard/base";
import { memoryYard, withRetry, type Yard } from "@modelyard/store";
import { s3Store } from "@modelyard/store/s3-store";
import {
  conditionalConflict,
  type FakeS3,
  internalError,
  type S3Call,
  type S3Fault,
  type S3FaultPlan,
  slowDown,
  startFakeS3,
} from "@modelyard/testkit";
import { z } from "zod";

const SCALE = Number(process.env["MODELYARD_TEST_SCALE"] ?? "1");
const SEEDS = 60 * SCALE;
const PAD = 8;
/** Three parts. */
const LARGE = new Uint8Array(18 * 1024 * 1024).map((_, i) => i % 253);
const schema = z.object({ seq: z.number(), id: z.string(), blob: z.string() });
const instant = { now: () => Date.UTC(2026, 0, 1), sleep: async () => undefined };

const FAULTS: readonly S3Fault[] = [
  slowDown,
  internalError,
  { kind: "refuse", status: 429, code: "TooManyRequests", retryAfterS: 1 },
  { kind: "reset" },
  { kind: "lost-reply" },
  { kind: "cut-body" },
];

function faultOf(call: S3Call, random: Random): S3Fault {
  if (call.action === "PutObject" && random.next() < 0.3) return conditionalConflict;
  return FAULTS[randomInt(random, FAULTS.length)]!;
}

function client(server: FakeS3, seed: number): Yard {
  const random = seededRandom(seed);
  const bare = s3Store({ bucket: "yard", prefix: "sim", env: server.env, clock: instant, random });
  return memoryYard({ store: withRetry(bare, { clock: instant, random, attempts: 8 }), random });
}

interface Told {
  readonly number: number;
  readonly id: string;
}

/** Content first, then the record that names it; an append that fails for good was not told to have happened. */
async function work(yard: Yard, writer: number, commits: number): Promise<Told[]> {
  const random = seededRandom(writer + 1_000);
  const told: Told[] = [];
  for (let i = 0; i < commits; i++) {
    const id = newUlid(instant.now() + i, random);
    try {
      const { digest } = await yard.blobs.put(utf8(`content ${i % 3} of everyone`));
      const made = await yard.records.append("runs/r/", async (seq) => ({ seq, id, blob: digest }), { pad: PAD });
      told.push({ number: made!.number, id });
    } catch (error) {
      assert.ok(isModelyardError(error) && error.retryable, String(error));
    }
  }
  return told;
}

/** Every number is taken once, without gaps; each names a blob that verifies; what a client was told is what is written, once. */
async function check(server: FakeS3, told: readonly Told[], label: string): Promise<void> {
  const yard = client(server, 1);
  const numbers = await yard.records.numbers("runs/r/");
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => i + 1),
    label,
  );
  const ids: string[] = [];
  for (const number of numbers) {
    const record = (await yard.records.read(yard.records.key("runs/r/", number, PAD), schema))!;
    await yard.blobs.get(record.blob as Parameters<Yard["blobs"]["get"]>[0]);
    ids.push(record.id);
  }
  assert.equal(new Set(ids).size, ids.length, `${label}: a commit is there twice`);
  for (const { number, id } of told) assert.equal(ids[number - 1], id, `${label}: what was told to be written is not there`);
}

async function simulate(seed: number, share: number): Promise<{ told: number; asked: number; calls: number }> {
  await using server = await startFakeS3({ pageSize: 5 });
  const random = seededRandom(seed);
  server.fail((call) => (random.next() < share ? faultOf(call, random) : undefined));
  const writers = 2 + (seed % 4);
  const told = (await Promise.all(Array.from({ length: writers }, (_, i) => work(client(server, seed * 10 + i), i, 4)))).flat();
  const calls = server.calls.length;
  server.fail(undefined);
  await check(server, told, `seed ${seed}`);
  return { told: told.length, asked: writers * 4, calls };
}

test(`${SEEDS} seeds of clients on a server that fails: no commit is lost, none is there twice, no number is skipped (D2, D4)`, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) await simulate(seed, 0.05 + (seed % 5) * 0.1);
});

test("with 5 % of calls failing every commit succeeds, at most 1.5 times the calls (D9)", async () => {
  const totals = { told: 0, asked: 0, failing: 0, calm: 0 };
  for (let seed = 1; seed <= 10 * SCALE; seed++) {
    const failing = await simulate(seed, 0.05);
    totals.told += failing.told;
    totals.asked += failing.asked;
    totals.failing += failing.calls;
    totals.calm += (await simulate(seed, 0)).calls;
  }
  assert.equal(totals.told, totals.asked);
  assert.ok(totals.failing <= totals.calm * 1.5, `${totals.failing} calls against ${totals.calm}`);
});

/** The process dies at its request number `at`: that one is not heard (`reset`) or takes effect unanswered (`lost-reply`), and nothing comes after it. */
function deathAt(first: number, at: number, kind: "reset" | "lost-reply"): S3FaultPlan {
  return ({ index }) => (index < first + at ? undefined : { kind: index === first + at ? kind : "reset" });
}

async function commit(yard: Yard, id: string): Promise<void> {
  const large = { size: LARGE.length, open: () => asPieces(LARGE) };
  const { digest } = await yard.blobs.put(large);
  await yard.records.append("runs/r/", async (seq) => ({ seq, id, blob: digest }), { pad: PAD });
}

async function* asPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1 << 20) yield bytes.subarray(at, at + (1 << 20));
}

test("a process that dies at any request of a commit leaves the old or the new state, and the next one needs no unlock (D1)", async () => {
  let deaths = 0;
  for (let at = 0, reached = true; reached; at++) {
    reached = false;
    for (const kind of ["reset", "lost-reply"] as const) {
      await using server = await startFakeS3();
      const dying = s3Store({ bucket: "yard", prefix: "sim", env: server.env, clock: instant, random: seededRandom(at) });
      server.fail(deathAt(0, at, kind));
      const outcome = await commit(memoryYard({ store: dying }), "dying").then(
        () => "done",
        () => "died",
      );
      reached ||= server.calls.length > at;
      if (outcome === "died") deaths++;
      server.fail(undefined);
      await check(server, outcome === "done" ? [{ number: 1, id: "dying" }] : [], `${kind} at ${at}`);
      await commit(client(server, 2), "after");
      const yard = client(server, 3);
      const last = (await yard.records.numbers("runs/r/")).at(-1)!;
      assert.equal((await yard.records.read(yard.records.key("runs/r/", last, PAD), schema))?.id, "after", `${kind} at ${at}`);
    }
  }
  assert.ok(deaths >= 14, `${deaths} deaths`);
});
