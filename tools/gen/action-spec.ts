import { type ActionSpec, camelCase, type InputSpec, isKebabCase, type OutputSpec, parseValue } from "@modelyard/inputs";
import type { ActionTypes, ActionYml, InputTypeEntry } from "./action-files.ts";
import { isConfigKey } from "./config-keys.ts";

/** Design rule: what an action needs must be nearly nothing. */
const MAX_REQUIRED_INPUTS = 2;

/** Joins what action.yml and action-types.yml say of an action; `problems` is empty when they agree. */
export function actionSpec(
  name: string,
  yml: ActionYml,
  types: ActionTypes,
): { readonly spec: ActionSpec; readonly problems: readonly string[] } {
  const inputs = Object.entries(yml.inputs ?? {}).map(([key, input]) => [key, inputSpec(input, types.inputs?.[key])] as const);
  const outputs = Object.entries(yml.outputs ?? {}).map(
    ([key, output]) => [key, outputSpec(output.description, types.outputs?.[key])] as const,
  );
  const spec: ActionSpec = {
    name,
    description: oneLine(yml.description),
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs),
  };
  const problems = [
    ...namingProblems("input", Object.keys(yml.inputs ?? {}), Object.keys(types.inputs ?? {})),
    ...namingProblems("output", Object.keys(yml.outputs ?? {}), Object.keys(types.outputs ?? {})),
    ...inputs.flatMap(([key, input]) => (types.inputs?.[key] === undefined ? [] : inputProblems(key, input))),
    ...outputs.flatMap(([key, output]) =>
      output.type === "enum" && output.values === undefined ? [`the output ${key} is an enum without allowed-values`] : [],
    ),
    ...requiredProblems(spec, yml),
  ];
  return { spec, problems: problems.map((problem) => `actions/${name}: ${problem}`) };
}

function inputSpec(input: NonNullable<ActionYml["inputs"]>[string], entry: InputTypeEntry | undefined): InputSpec {
  const values = entry?.["allowed-values"] ?? entry?.["list-item"]?.["allowed-values"];
  return {
    type: entry?.type ?? "string",
    description: oneLine(input.description),
    ...((input.required || entry?.required) && { required: true as const }),
    ...(input.default !== undefined && { default: String(input.default) }),
    ...(entry?.fallback !== undefined && { fallback: fallbackText(entry.fallback, entry.separator) }),
    ...(entry?.config !== undefined && { config: entry.config }),
    ...(entry?.secret && { secret: true as const }),
    ...(values !== undefined && { values: values.map(String) }),
    ...(entry?.separator !== undefined && { separator: entry.separator }),
    ...(entry?.min !== undefined && { min: entry.min }),
    ...(entry?.above !== undefined && { above: entry.above }),
    ...(entry?.max !== undefined && { max: entry.max }),
    ...(input.deprecationMessage !== undefined && { deprecated: oneLine(input.deprecationMessage) }),
  };
}

function outputSpec(description: string, entry: NonNullable<ActionTypes["outputs"]>[string] | undefined): OutputSpec {
  return {
    type: entry?.type ?? "string",
    description: oneLine(description),
    ...(entry?.["allowed-values"] !== undefined && { values: entry["allowed-values"].map(String) }),
    ...(entry?.separator !== undefined && { separator: entry.separator }),
  };
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

function fallbackText(fallback: NonNullable<InputTypeEntry["fallback"]>, separator: string | undefined): string {
  if (Array.isArray(fallback)) return fallback.join(separator ?? ", ");
  return typeof fallback === "object" ? JSON.stringify(fallback) : String(fallback);
}

function namingProblems(what: "input" | "output", declared: readonly string[], typed: readonly string[]): string[] {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const name of declared) {
    if (!isKebabCase(name)) problems.push(`the ${what} ${name} is not kebab-case`);
    if (!typed.includes(name)) problems.push(`the ${what} ${name} has no type in action-types.yml`);
    const twin = seen.get(camelCase(name));
    if (twin !== undefined) problems.push(`the ${what}s ${twin} and ${name} are the same in camelCase`);
    seen.set(camelCase(name), name);
  }
  for (const name of typed)
    if (!declared.includes(name)) problems.push(`action-types.yml types the ${what} ${name}, which action.yml does not have`);
  return problems;
}

function inputProblems(key: string, input: InputSpec): string[] {
  const problems: string[] = [];
  const isBounded = input.min !== undefined || input.above !== undefined || input.max !== undefined;
  if (isBounded && !["integer", "float", "duration"].includes(input.type)) problems.push(`the input ${key} has bounds, but is no number`);
  if (input.type === "enum" && input.values === undefined) problems.push(`the input ${key} is an enum without allowed-values`);
  if (input.default !== undefined && input.config !== undefined)
    problems.push(`the input ${key} has a default, which would always win over ${input.config} of modelyard.yml: make it a fallback`);
  if (input.default !== undefined && input.fallback !== undefined) problems.push(`the input ${key} has both a default and a fallback`);
  if (input.required && (input.default !== undefined || input.fallback !== undefined))
    problems.push(`the input ${key} is required, so its default is never used`);
  if (input.secret && input.config !== undefined) problems.push(`the input ${key} is secret and must not be kept in modelyard.yml`);
  if (input.config !== undefined && !isConfigKey(input.config))
    problems.push(`the input ${key} names ${input.config}, which modelyard.yml does not have`);
  for (const [what, text] of [
    ["default", input.default],
    ["fallback", input.fallback],
  ] as const) {
    if (text === undefined || text.trim() === "" || text.includes("${{")) continue;
    const parsed = parseValue(text.trim(), input);
    if (parsed.kind === "wrong") problems.push(`the ${what} ${JSON.stringify(text)} of the input ${key} is not ${parsed.expected}`);
  }
  return problems;
}

function requiredProblems(spec: ActionSpec, yml: ActionYml): string[] {
  const required = Object.keys(spec.inputs).filter((key) => spec.inputs[key]?.required && spec.inputs[key].config === undefined);
  const repeated = Object.keys(spec.inputs).filter((key) => yml.inputs?.[key]?.required && spec.inputs[key]?.config !== undefined);
  return [
    ...(required.length > MAX_REQUIRED_INPUTS
      ? [`${required.length} inputs are required (${required.join(", ")}); at most ${MAX_REQUIRED_INPUTS} may be`]
      : []),
    ...repeated.map(
      (key) => `the input ${key} is required in action.yml though modelyard.yml can fill it: move \`required: true\` to action-types.yml`,
    ),
  ];
}
