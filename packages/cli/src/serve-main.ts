import { toModelyardError } from "@modelyard/base";
import { nodeHasher } from "@modelyard/store/node-hasher";
import { systemClock } from "@modelyard/store/system-clock";
import { systemRandom } from "@modelyard/store/system-random";
import { serve, stopSignal } from "./serve.ts";
import { stderrLog } from "./stderr-log.ts";

/** The server as a program of its own: what the image runs. */
async function main(): Promise<void> {
  try {
    await serve(process.argv.slice(2), {
      env: process.env,
      cwd: process.cwd(),
      print: (line) => void process.stdout.write(`${line}\n`),
      log: stderrLog(),
      clock: systemClock,
      random: systemRandom,
      hasher: nodeHasher,
      signal: stopSignal(),
    });
    process.exit(0);
  } catch (thrown) {
    const error = toModelyardError(thrown);
    process.stderr.write(
      `${error.message}\n${error.hint === undefined ? "" : `${error.hint}\n`}${error.kind === "defect" ? `${error.stack ?? ""}\n` : ""}`,
    );
    process.exit(1);
  }
}

await main();
