// Child process of the tests: gives an action's inputs every text, sends what they parse to, or why they do not, through every way out of a step, and
// writes what it sent. Prints nothing else.
import { readFileSync, writeFileSync } from "node:fs";
import { hasCode } from "@modelyard/base";
import { type ActionSpec, camelCase, type InputSpec, type OutputSpec, type OutputsOf, parseInputs } from "@modelyard/inputs";
import { systemClock } from "@modelyard/store/system-clock";
import { actionsLog } from "../actions-log.ts";
import { publishOutputs } from "../publish-outputs.ts";
import { reportFailure } from "../report-failure.ts";
import { saveState } from "../state.ts";
import { stepSummary } from "../step-summary.ts";

/** What the child is to do. */
export interface Feed {
  readonly spec: ActionSpec;
  readonly texts: readonly string[];
}

/** What it did: how often each command and key must be found, whatever the texts say. */
export interface Fed {
  readonly tried: number;
  readonly values: number;
  readonly errors: number;
  readonly commands: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number>>;
  readonly states: number;
}

const VALID: Readonly<Record<InputSpec["type"], string>> = {
  string: "x",
  boolean: "true",
  integer: "1",
  float: "0.5",
  enum: "x",
  duration: "1m",
  list: "x",
  json: "{}",
};
const unchanged = (text: string): string => text;

/** Every distinct value and error that the texts make of the inputs. */
function parseAll({ spec, texts }: Feed): { tried: number; values: string[]; errors: Error[] } {
  const values = new Set<string>();
  const errors: Error[] = [];
  let tried = 0;
  for (const [key, text] of Object.keys(spec.inputs).flatMap((input) => texts.map((one) => [input, one] as const))) {
    tried++;
    const read = (name: string): string | undefined => (name === key ? text : validText(spec.inputs[name]));
    try {
      const value = (parseInputs(spec, read) as Readonly<Record<string, unknown>>)[camelCase(key)];
      if (value !== undefined) values.add(typeof value === "string" ? value : JSON.stringify(value));
    } catch (error) {
      if (!hasCode(error, "INPUT_INVALID")) throw error;
      errors.push(error as Error);
    }
  }
  return { tried, values: [...values], errors: [...errors, ...unknownNames(spec, texts)] };
}

function validText(input: InputSpec | undefined): string | undefined {
  return input?.required ? (input.values?.[0] ?? VALID[input.type]) : undefined;
}

/** The errors for inputs that are called like the texts. */
function unknownNames(spec: ActionSpec, texts: readonly string[]): Error[] {
  return texts.flatMap((text) => {
    try {
      parseInputs(spec, (name) => validText(spec.inputs[name]), undefined, [text]);
      return [];
    } catch (error) {
      return [error as Error];
    }
  });
}

function outputOf(output: OutputSpec, text: string): unknown {
  switch (output.type) {
    case "string":
      return text;
    case "list":
      return [text];
    case "json":
      return { text, [text]: [text] };
    default:
      return undefined;
  }
}

async function feed(from: Feed): Promise<Fed> {
  const { spec } = from;
  const { tried, values, errors } = parseAll(from);
  const log = actionsLog(systemClock, unchanged);
  const summary = stepSummary(process.env, log, unchanged);
  const printed = stepSummary({}, log, unchanged);
  const outputs: Record<string, number> = {};
  for (const text of values) {
    for (const say of [log.debug, log.info, log.notice, log.warning]) say(text);
    await log.group(text, async () => log.info(text));
    await printed(text);
    await summary(text);
    saveState("kept", text);
    const published = Object.entries(spec.outputs).map(([name, output]) => [name, outputOf(output, text)] as const);
    for (const [name, value] of published) if (value !== undefined) outputs[name] = (outputs[name] ?? 0) + 1;
    const byKey = Object.fromEntries(published.map(([name, value]) => [camelCase(name), value]));
    publishOutputs(spec, byKey as OutputsOf<ActionSpec>, unchanged);
  }
  for (const error of errors) reportFailure(error, log, unchanged);
  const each = values.length;
  const commands = { debug: each, notice: each, warning: each, group: 2 * each, endgroup: 2 * each, error: errors.length };
  return { tried, values: each, errors: errors.length, commands, outputs, states: each };
}

const [plan, report] = process.argv.slice(2);
writeFileSync(report!, JSON.stringify(await feed(JSON.parse(readFileSync(plan!, "utf8")) as Feed)));
process.exitCode = 0;
