import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { z } from "zod";
import { directoryStore } from "./directory-store.ts";
import { storeRecords } from "./records.ts";
import { buildProgram } from "./testing/build-program.ts";
import { SEQUENCE_DIGITS } from "./yard.ts";

const run = promisify(execFile);
const SCALE = Number(process.env["MODELYARD_TEST_SCALE"] ?? "1");
const WRITERS = 32;
const COMMITS = 50;
const ROUNDS = 1_000 * SCALE;
/** Rounds under one prefix: what is tried is the race, not a long listing. */
const ROUNDS_A_PREFIX = 100;

const root = await mkdtemp(join(tmpdir(), "writers-"));
after(() => rm(root, { recursive: true, force: true }));
const recordSchema = z.looseObject({ seq: z.number(), id: z.string() });

/** Every record under a prefix as `<number> <id>`, after a check that the numbers have no gap and each record says its own. */
async function history(directory: string, prefix: string): Promise<string[]> {
  const records = storeRecords(directoryStore(directory));
  const numbers = await records.numbers(prefix);
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => i + 1),
  );
  return Promise.all(
    numbers.map(async (number) => {
      const record = await records.read(records.key(prefix, number, SEQUENCE_DIGITS), recordSchema);
      assert.equal(record?.seq, number);
      return `${number} ${record?.id}`;
    }),
  );
}

test(`D3: ${WRITERS} processes make ${COMMITS} commits each to one history: every number once, no gap, what was reported is what is there`, async (t) => {
  const yard = join(root, "yard");
  const program = await buildProgram("worker", root);
  const one = async (): Promise<string[]> => {
    const { stdout } = await run(process.execPath, [program, "append", yard, String(COMMITS)], { maxBuffer: 1 << 24 });
    return z.array(z.string()).parse(JSON.parse(stdout));
  };
  const reported = (await Promise.all(Array.from({ length: WRITERS }, one))).flat();
  const stored = await history(yard, "runs/r/");
  assert.deepEqual([stored.length, reported.length], [WRITERS * COMMITS, WRITERS * COMMITS]);
  assert.deepEqual(stored.sort(), reported.sort());
  t.diagnostic(`${reported.length} commits by ${WRITERS} processes`);
});

const answerSchema = z.object({ first: z.enum(["created", "taken"]), number: z.number(), id: z.string() });
type Answer = z.infer<typeof answerSchema>;

/** A racing process; `claim` sends it to a number and resolves to its answer. */
function racer(program: string, directory: string) {
  const child = spawn(process.execPath, [program, directory], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async claim(prefix: string, number: number): Promise<Answer> {
      child.stdin.write(`${prefix} ${number}\n`);
      const line = await lines.next();
      assert.equal(line.done, false, "a racer ended early");
      return answerSchema.parse(JSON.parse(line.value));
    },
    end: () =>
      new Promise((resolve) => {
        child.on("close", resolve);
        child.stdin.end();
      }),
  };
}

test(`D3: ${ROUNDS} races of two processes for one number: one winner, the loser is told and takes the next`, async (t) => {
  const directory = join(root, "races");
  const program = await buildProgram("racer", root);
  const racers = [racer(program, directory), racer(program, directory)];
  const reported = new Map<string, string[]>();
  const wins = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const prefix = `races/${Math.floor(round / ROUNDS_A_PREFIX)}/`;
    const number = (round % ROUNDS_A_PREFIX) * 2 + 1;
    // Whoever is called first has a head start, so they take turns.
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    const answers = await Promise.all(order.map((i) => racers[i]!.claim(prefix, number)));
    assert.deepEqual(answers.map((answer) => `${answer.first} ${answer.number}`).sort(), [`created ${number}`, `taken ${number + 1}`]);
    wins[order[answers.findIndex((answer) => answer.first === "created")]!]!++;
    reported.set(prefix, [...(reported.get(prefix) ?? []), ...answers.map((answer) => `${answer.number} ${answer.id}`)]);
  }
  await Promise.all(racers.map((one) => one.end()));
  for (const [prefix, expected] of reported) assert.deepEqual((await history(directory, prefix)).sort(), expected.sort());
  const commits = [...reported.values()].flat().length;
  assert.equal(commits, 2 * ROUNDS);
  t.diagnostic(`${ROUNDS} races, ${commits} commits; won by ${wins.join(" and ")}`);
});
