import { plainText } from "@modelyard/base";
import { nearestName } from "@modelyard/inputs";
import manifest from "../package.json" with { type: "json" };
import { commands } from "./commands.gen.ts";
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
  if (name === "serve") return (await import("./serve.ts")).run(rest);
  if (name === "gateway") return (await import("./gateway.ts")).run(rest);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined) return runCommand(command, rest, env, streams);
  const near = nearestName(name, [...Object.keys(commands), ...Object.keys(PROGRAMS)]);
  const hint = near === undefined ? "`modelyard --help` lists the commands" : `did you mean \`modelyard ${near}\`?`;
  streams.terminal.write(plainText(`modelyard: ${JSON.stringify(name.slice(0, 80))} is not a command\nNext step: ${hint}`).concat("\n"));
  return 1;
}
