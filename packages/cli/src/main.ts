import { runCli } from "./run-cli.ts";

/** A handle somebody left open must not hold the terminal once the command has ended. */
const EXIT_GRACE_MS = 2_000;

async function main(): Promise<void> {
  const { stdout, stderr } = process;
  // `modelyard ... | head` closes the pipe early; that is no failure of ours.
  stdout.on("error", () => process.exit());
  process.exitCode = await runCli(process.argv.slice(2), process.env, {
    out: (text) => stdout.write(text),
    terminal: {
      write: (text) => stderr.write(text),
      isInteractive: stderr.isTTY === true && process.env["CI"] === undefined,
      columns: stderr.columns ?? 80,
    },
  });
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}

await main();
