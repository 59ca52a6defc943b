import { randomBytes } from "node:crypto";
import { newUlid } from "@modelyard/base";
import { directoryStore } from "../directory-store.ts";
import { memoryYard } from "../memory-yard.ts";
import { bytesSource } from "../sources.ts";
import { systemClock } from "../system-clock.ts";
import { systemRandom } from "../system-random.ts";
import { SEQUENCE_DIGITS } from "../yard.ts";

/** A process that makes `count` commits, or until it is killed: fresh content, then the record that names it. Says `ready`, then `<number> <id>` for each. */
const [directory, count] = process.argv.slice(2);
const CONTENT_BYTES = 16 * 1024;

const yard = memoryYard({ store: directoryStore(directory!) });
process.stdout.write("ready\n");
for (let made = 0; made < Number(count); made++) {
  const id = newUlid(systemClock.now(), systemRandom);
  const { digest } = await yard.blobs.put(bytesSource(randomBytes(CONTENT_BYTES)));
  const commit = await yard.records.append("runs/r/", async (seq) => ({ seq, id, blob: digest }), { pad: SEQUENCE_DIGITS });
  process.stdout.write(`${commit?.number} ${id}\n`);
}
