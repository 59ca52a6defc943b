import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { directoryStore, memoryYard } from "@modelyard/store";
import { push } from "./fixtures.ts";

/** Program of the concurrency test: pushes `count` contents, every second one the same in all writers, and prints `<version> <digest>` for each. */
const [yardPath, work, writer, count] = process.argv.slice(2) as [string, string, string, string];
const yard = memoryYard({ store: directoryStore(yardPath, { sync: false }) });
for (let i = 0; i < Number(count); i++) {
  const source = join(work, writer, String(i));
  await mkdir(source, { recursive: true });
  const own = i % 2 === 0 ? writer : "shared";
  await writeFile(join(source, "data.txt"), createHash("sha256").update(`${own} ${i}`).digest("hex"));
  const { version, digest, changed } = await push(yard, source);
  process.stdout.write(`${version} ${digest} ${changed}\n`);
}
