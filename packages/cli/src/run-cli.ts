import { plainText } from "@modelyard/base";
import { nearestName } from "@modelyard/inputs";
import { failureOf, failureText } from "@modelyard/operations/process/failure-text";
import manifest from "../package.json" with { type: "json" };
import { commands } from "./commands.gen.ts";
import { withConfiguredYard } from "./configured-yard.ts";
import { generalHelp, PROGRAMS } from "./help.ts";
import { runCommand, type Streams } from "./run-command.ts";

/** The whole command line; resolves to the exit code. */
export async function runCli(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  streams: Streams,
): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    streams.out(generalHelp(Object.values(commands).map((command) => command.spec)));
    return 0;
  }
  if (name === "--version" || name === "version") {
    streams.out(`${manifest.version}\n`);
    return 0;
  }
  if (name === "serve" || name === "gateway") return runProgram(name, rest, env, streams);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined) return runCommand(command, rest, env, streams);
  const near = nearestName(name, [...Object.keys(commands), ...Object.keys(PROGRAMS)]);
  const hint = near === undefined ? "`modelyard --help` lists the commands" : `did you mean \`modelyard ${near}\`?`;
  streams.terminal.write(
    plainText(`modelyard: ${JSON.stringify(name.slice(0, 80))} is not a command\nNext step: ${hint} [COMMAND_UNKNOWN]`).concat("\n"),
  );
  return 1;
}

async function runProgram(
  name: "serve" | "gateway",
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  streams: Streams,
): Promise<number> {
  let complete: readonly string[];
  try {
    complete = withConfiguredYard(args, env, process.cwd());
  } catch (thrown) {
    const { error, others } = failureOf(thrown);
    streams.terminal.write(plainText(`modelyard: ${failureText(error, others)}`).concat("\n"));
    return 1;
  }
  return name === "serve" ? (await import("./serve.ts")).run(complete) : (await import("./gateway.ts")).run(complete);
}
