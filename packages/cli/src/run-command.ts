import { plainText } from "@modelyard/base";
import { inputError, type ReadInput, redactor } from "@modelyard/inputs";
import { OutcomeError } from "@modelyard/operations/outcome-error";
import { cancellation } from "@modelyard/operations/process/cancellation";
import { failureOf, failureText, stackText } from "@modelyard/operations/process/failure-text";
import { jobContextOf, jobFactsOf } from "@modelyard/operations/process/job-context";
import { processContext } from "@modelyard/operations/process/process-context";
import { readEvent } from "@modelyard/operations/process/read-event";
import { systemClock } from "@modelyard/store/system-clock";
import type { Command } from "./command.ts";
import { actionHelp, isGitHubToken } from "./help.ts";
import { parseArguments } from "./parse-arguments.ts";
import { outputsJson, outputsText } from "./print-outputs.ts";
import { type Terminal, terminalLog } from "./terminal-log.ts";
import { workspaceOf } from "./workspace.ts";

export interface Streams {
  readonly out: (text: string) => void;
  readonly terminal: Terminal;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Variables that hold credentials which an action may send somewhere. */
const SECRET_VARIABLES = ["GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] as const;

/** Runs one action: outputs on standard output, everything else on standard error. Resolves to the exit code, 0 or 1. */
export async function runCommand(command: Command, argv: readonly string[], env: Env, streams: Streams): Promise<number> {
  const parsed = parseArguments(command.spec, argv);
  if (parsed.kind === "help") {
    streams.out(actionHelp(command.spec));
    return 0;
  }
  const read = readerOf(command, parsed.kind === "run" ? parsed.values : new Map(), env);
  const redact = redactor(secretsOf(command, read, env));
  const debug = env["RUNNER_DEBUG"] === "1";
  const printed = parsed.kind === "run" && parsed.json ? outputsJson : outputsText;
  const log = terminalLog(streams.terminal, systemClock, { redact, debug });
  try {
    if (parsed.kind === "problems") throw inputError(command.spec, parsed.problems);
    const workspace = workspaceOf(process.cwd());
    const event = readEvent(env["GITHUB_EVENT_PATH"]);
    const job = jobContextOf(jobFactsOf(env), event.kind === "event" ? event.event : undefined);
    const summary = async (markdown: string): Promise<void> => log.info(markdown);
    const outputs = await command.run(
      read,
      { given: [], startDirectory: process.cwd(), workspace, yard: env["MODELYARD_YARD"] },
      async (cwd) => processContext({ env, cwd, workspace, log, job, signal: cancellation(), summary }),
    );
    streams.out(redact(printed(outputs)));
    return 0;
  } catch (thrown) {
    const { error, others } = failureOf(thrown);
    if (error instanceof OutcomeError) streams.out(redact(printed({ ...error.outputs })));
    streams.terminal.write(plainText(redact(`modelyard: ${failureText(error, others)}`)).concat("\n"));
    if (error.kind === "defect" || debug) log.info(stackText(error));
    return 1;
  } finally {
    log.end();
  }
}

function readerOf(command: Command, values: ReadonlyMap<string, string>, env: Env): ReadInput {
  return (name) => {
    const input = command.spec.inputs[name];
    return values.get(name) ?? (input !== undefined && isGitHubToken(input) ? env["GITHUB_TOKEN"] : undefined);
  };
}

function secretsOf(command: Command, read: ReadInput, env: Env): string[] {
  const inputs = Object.entries(command.spec.inputs).flatMap(([name, input]) => (input.secret ? [read(name) ?? ""] : []));
  return [...inputs, ...SECRET_VARIABLES.map((name) => env[name] ?? "")];
}
