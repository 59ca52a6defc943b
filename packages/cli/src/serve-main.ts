// Entry of the bundle that a model image runs: `serve` alone.
import { run } from "./serve.ts";

async function main(): Promise<void> {
  process.exitCode = await run(process.argv.slice(2));
}

await main();
