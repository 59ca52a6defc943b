import { userError } from "@modelyard/base";
import { type ConfigText, configText } from "./config-text.ts";
import { camelCase } from "./names.ts";
import { nearestName } from "./nearest.ts";
import { expectedText, parseValue } from "./parse-value.ts";
import type { ActionSpec, InputSpec, InputsOf } from "./spec.ts";

/** The raw text of an input by its kebab-case name; undefined or empty when it was not given. */
export type ReadInput = (name: string) => string | undefined;
/** The value of a key of modelyard.yml for the dataset or model called `name`. */
export type LookupConfig = (key: string, name: string | undefined) => unknown;

/** A value longer than this says nothing more in an error message. */
const SHOWN_CHARACTERS = 80;

type Resolved =
  | { readonly kind: "absent" }
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "problem"; readonly problem: string };

/**
 * Reads all inputs of a spec: the input itself, else its key of modelyard.yml, else its fallback or default. `given` are the names that
 * the caller was handed, so that an unknown one is noticed. Throws INPUT_INVALID with one line for every problem.
 */
export function parseInputs<S extends ActionSpec>(
  spec: S,
  read: ReadInput,
  lookup: LookupConfig = () => undefined,
  given: readonly string[] = [],
): InputsOf<S> {
  const problems = unknownInputs(spec, given);
  const name = selectedName(spec, read, lookup);
  const values: Record<string, unknown> = {};
  for (const [key, input] of Object.entries(spec.inputs)) {
    const resolved = resolveInput(key, input, read(key), input.config === undefined ? undefined : lookup(input.config, name));
    if (resolved.kind === "problem") problems.push(resolved.problem);
    if (resolved.kind === "value") values[camelCase(key)] = resolved.value;
  }
  if (problems.length > 0) throw inputError(spec, problems);
  return values as InputsOf<S>;
}

/** The error that lists every problem with the inputs of a spec. */
export function inputError(spec: Pick<ActionSpec, "name">, problems: readonly string[]): Error {
  const count = problems.length === 1 ? "an input is wrong" : `${problems.length} inputs are wrong`;
  return userError(
    "INPUT_INVALID",
    `${spec.name}: ${count}\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    `\`modelyard ${spec.name} --help\` and actions/${spec.name}/README.md list the inputs`,
  );
}

function unknownInputs(spec: ActionSpec, given: readonly string[]): string[] {
  const known = Object.keys(spec.inputs);
  const unknown = given.filter((name) => !Object.hasOwn(spec.inputs, name));
  return unknown.map((name) => {
    const near = nearestName(name, known);
    return `${shown(name)} is not an input${near === undefined ? `; the inputs are ${known.join(", ")}` : `; did you mean ${near}?`}`;
  });
}

function selectedName(spec: ActionSpec, read: ReadInput, lookup: LookupConfig): string | undefined {
  const input = spec.inputs["name"];
  if (input === undefined) return undefined;
  const configured: ConfigText = input.config === undefined ? { kind: "absent" } : configText(lookup(input.config, undefined), input);
  return presentText(read("name")) ?? (configured.kind === "text" ? presentText(configured.text) : undefined);
}

function presentText(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}

function resolveInput(key: string, input: InputSpec, raw: string | undefined, fromConfig: unknown): Resolved {
  const text = presentText(raw);
  if (text !== undefined) return resolveText(key, input, text, "");
  const configured = configText(fromConfig, input);
  const source = ` (${input.config} of modelyard.yml)`;
  if (configured.kind === "list") return resolveList(key, input, configured.items, source);
  if (configured.kind === "text" && presentText(configured.text) !== undefined)
    return resolveText(key, input, configured.text.trim(), source);
  const defaulted = input.fallback ?? (input.default?.includes("${{") ? undefined : input.default);
  if (defaulted !== undefined && presentText(defaulted) !== undefined) return resolveText(key, input, defaulted.trim(), " (the default)");
  if (input.required !== true) return { kind: "absent" };
  const orConfig = input.config === undefined ? "" : `, or ${input.config} in modelyard.yml`;
  return { kind: "problem", problem: `${key} is required: give ${expectedText(input)}${orConfig}` };
}

function resolveText(key: string, input: InputSpec, text: string, source: string): Resolved {
  const parsed = parseValue(text, input);
  if (parsed.kind === "value") return parsed;
  const got = input.secret ? "a value that is not shown" : shown(text);
  const near = input.type === "enum" ? nearestName(text, input.values ?? []) : undefined;
  return {
    kind: "problem",
    problem: `${key}${source}: got ${got}, expected ${parsed.expected}${near === undefined ? "" : `; did you mean ${near}?`}`,
  };
}

function resolveList(key: string, input: InputSpec, items: readonly string[], source: string): Resolved {
  const wrong = input.values === undefined ? undefined : items.find((item) => !input.values?.includes(item));
  return wrong === undefined
    ? { kind: "value", value: items }
    : { kind: "problem", problem: `${key}${source}: got ${shown(wrong)}, expected ${expectedText(input)}` };
}

// JSON quoting keeps control characters of a hostile value on one line.
function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text);
}
