import { createInterface } from "node:readline";
import { newUlid } from "@modelyard/base";
import { directoryStore } from "../directory-store.ts";
import { storeRecords } from "../records.ts";
import { systemClock } from "../system-clock.ts";
import { systemRandom } from "../system-random.ts";
import { SEQUENCE_DIGITS } from "../yard.ts";

/** A process of the races: for each line `<prefix> <number>` it claims that number, or when it lost takes the next one; answers with one line of JSON. */
const [directory] = process.argv.slice(2);
const records = storeRecords(directoryStore(directory!));

async function claim(prefix: string, wanted: number) {
  const id = newUlid(systemClock.now(), systemRandom);
  const first = await records.create(records.key(prefix, wanted, SEQUENCE_DIGITS), { seq: wanted, id });
  if (first === "created") return { first, number: wanted, id };
  const made = await records.append(prefix, async (seq) => ({ seq, id }), { pad: SEQUENCE_DIGITS });
  return { first, number: made?.number, id };
}

for await (const line of createInterface({ input: process.stdin })) {
  const [prefix, wanted] = line.split(" ");
  process.stdout.write(`${JSON.stringify(await claim(prefix!, Number(wanted)))}\n`);
}
