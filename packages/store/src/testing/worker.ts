import { parseArgs } from "node:util";
import { isModelyardError, newUlid, silentLog } from "@modelyard/base";
import { directoryStore } from "../directory-store.ts";
import { nodeHasher } from "../node-hasher.ts";
import { openYard } from "../open-yard.ts";
import { systemClock } from "../system-clock.ts";
import { systemRandom } from "../system-random.ts";
import { SEQUENCE_DIGITS } from "../yard.ts";

/** A process of the tests: `append <yard> <count>` appends records; `put <directory> <size> <count>` puts objects at once. Prints one JSON list. */
const [command, path, ...rest] = parseArgs({ allowPositionals: true }).positionals;
const numbers = rest.map(Number);

async function append(yardPath: string, count: number): Promise<string[]> {
  const yard = await openYard({
    location: yardPath,
    env: process.env,
    workspace: process.cwd(),
    hasher: nodeHasher,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    create: true,
    ephemeral: true,
  });
  const done: string[] = [];
  for (let i = 0; i < count; i++) {
    const id = newUlid(systemClock.now(), systemRandom);
    const made = await yard.records.append("runs/r/", async (seq) => ({ seq, id, writer: process.pid }), { pad: SEQUENCE_DIGITS });
    done.push(`${made!.number} ${id}`);
  }
  return done;
}

async function put(directory: string, size: number, count: number): Promise<string[]> {
  const store = directoryStore(directory);
  const one = async (i: number): Promise<string> => {
    try {
      return (await store.putIfAbsent(`objects/${i % 10}/${i}`, new Uint8Array(size).fill(i))).kind;
    } catch (error) {
      return isModelyardError(error) ? error.code : String(error);
    }
  };
  return Promise.all(Array.from({ length: count }, (_, i) => one(i)));
}

const result = command === "append" ? await append(path!, numbers[0]!) : await put(path!, numbers[0]!, numbers[1]!);
process.stdout.write(JSON.stringify(result));
