import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { parseDigest, type Random, randomInt, seededRandom } from "@modelyard/base";
import { z } from "zod";
import { directoryStore } from "./directory-store.ts";
import { memoryYard } from "./memory-yard.ts";
import { buildProgram } from "./testing/build-program.ts";
import { SEQUENCE_DIGITS } from "./yard.ts";

const SCALE = Number(process.env["MODELYARD_TEST_SCALE"] ?? "1");
const KILLS = 500 * SCALE;
/** Writers alive at once: the machines of CI have two cores. */
const LANES = 3;
/** A process has reported none to two commits and works on the next one when the kill comes: so slow machines try the same as fast ones. */
const LONGEST_HISTORY = 3;
/** About the time of a commit, so that a kill falls anywhere into one. */
const LONGEST_LIFE_MS = 10;
/** Kills between two looks at the whole history. */
const KILLS_A_CHECK = 50;

const root = await mkdtemp(join(tmpdir(), "kills-"));
after(() => rm(root, { recursive: true, force: true }));
const yardPath = join(root, "yard");
const recordSchema = z.looseObject({ seq: z.number(), id: z.string(), blob: z.string() });

interface Committer {
  readonly reported: readonly string[];
  readonly ending: string | number | null;
}

/** Runs a committer for `count` commits; `eachLine` sees every line as it comes, the first is `ready`. */
async function commit(program: string, count: number, eachLine: (lines: number, kill: () => void) => void): Promise<Committer> {
  // The warm-up fills the cache of compiled code, which halves the start of the hundreds that follow.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(root, "cache") };
  const child = spawn(process.execPath, [program, yardPath, String(count)], { env, stdio: ["ignore", "pipe", "inherit"] });
  const closed = new Promise((resolve) => child.on("close", resolve));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    eachLine(lines.length, () => child.kill("SIGKILL"));
  }
  await closed;
  return { reported: lines.slice(1), ending: child.signalCode ?? child.exitCode };
}

/** Kills a committer at a random moment of its work and resolves to the commits that it had reported. */
async function killOne(program: string, random: Random): Promise<readonly string[]> {
  const last = 1 + randomInt(random, LONGEST_HISTORY);
  const lifeMs = random.next() * LONGEST_LIFE_MS;
  const { reported, ending } = await commit(program, Number.MAX_SAFE_INTEGER, (lines, kill) => {
    if (lines === last) setTimeout(kill, lifeMs);
  });
  assert.equal(ending, "SIGKILL");
  return reported;
}

/** Reads the records above `checked` with their content; returns `<number> <id>` of each. */
async function check(checked: number): Promise<string[]> {
  const yard = memoryYard({ store: directoryStore(yardPath) });
  const numbers = await yard.records.numbers("runs/r/");
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => i + 1),
    "a gap",
  );
  const found: string[] = [];
  for (const number of numbers.slice(checked)) {
    const record = await yard.records.read(yard.records.key("runs/r/", number, SEQUENCE_DIGITS), recordSchema);
    assert.equal(record?.seq, number);
    await yard.blobs.get(parseDigest(record.blob));
    found.push(`${number} ${record.id}`);
  }
  return found;
}

test(`D1: ${KILLS} processes killed at a random moment of their commits: records whole, content there, nothing acknowledged lost, no unlock needed`, async (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const program = await buildProgram("committer", root);
  const acknowledged = new Set((await commit(program, 1, () => {})).reported);
  const found: string[] = [];
  for (let killed = 0; killed < KILLS; killed += KILLS_A_CHECK) {
    let started = 0;
    const lane = async (number: number): Promise<void> => {
      const random = seededRandom(seed + killed * LANES + number);
      while (started++ < KILLS_A_CHECK) for (const commit of await killOne(program, random)) acknowledged.add(commit);
    };
    await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
    found.push(...(await check(found.length)));
  }
  const stored = new Set(found);
  for (const commit of acknowledged) assert.ok(stored.has(commit), `seed ${seed}: ${commit} was acknowledged and is lost`);
  const next = await memoryYard({ store: directoryStore(yardPath) }).records.append(
    "runs/r/",
    async (seq) => ({ seq, id: "next", blob: "" }),
    { pad: SEQUENCE_DIGITS },
  );
  assert.equal(next?.number, found.length + 1);
  const leftovers = (await readdir(join(yardPath, "tmp"))).length;
  const lostReplies = found.length - acknowledged.size;
  t.diagnostic(
    `seed ${seed}: ${KILLS} kills, ${found.length} commits, ${lostReplies} of them unreported, ${leftovers} unfinished files left`,
  );
  assert.ok(found.length > KILLS / 2, "the kills fell before any work");
});
