import { type ActionSpec, expectedText, type InputSpec } from "@modelyard/inputs";

/** Commands that are not actions. */
export const PROGRAMS = {
  serve: "Serves a model over the Open Inference Protocol v2",
  gateway: "Supervises model servers and routes traffic between versions",
} as const;

/** `modelyard --help`. */
export function generalHelp(specs: readonly ActionSpec[]): string {
  const rows = [...specs.map((spec) => [spec.name, spec.description] as const), ...Object.entries(PROGRAMS)];
  const width = Math.max(...rows.map(([name]) => name.length));
  const list = rows.map(([name, description]) => `  ${name.padEnd(width)}  ${description}`).join("\n");
  return `Usage: modelyard <command> [--input value ...] [--json]\n\nCommands:\n${list}\n\nOptions:\n  --help     of a command: its inputs and outputs\n  --json     print the outputs as one JSON object\n  --version  print the version\n`;
}

/** `modelyard <action> --help`: every input with its type, default, allowed values and key of modelyard.yml. */
export function actionHelp(spec: ActionSpec): string {
  const inputs = Object.entries(spec.inputs).map(
    ([name, input]) => `  --${name} ${placeholder(input)}\n      ${input.description}\n      ${facts(input)}`,
  );
  const outputs = Object.entries(spec.outputs).map(([name, output]) => `  ${name} (${output.type})\n      ${output.description}`);
  return `Usage: modelyard ${spec.name} [--input value ...] [--json]\n\n${spec.description}\n\nInputs:\n${inputs.join("\n")}\n\nOutputs:\n${outputs.length === 0 ? "  none" : outputs.join("\n")}\n`;
}

function placeholder(input: InputSpec): string {
  if (input.type === "boolean") return "[true|false]";
  return input.type === "enum" ? (input.values ?? []).join("|") : `<${input.type}>`;
}

function facts(input: InputSpec): string {
  const fallback = input.fallback ?? input.default;
  const parts = [
    input.required ? "required" : undefined,
    input.type === "string" ? undefined : expectedText(input),
    input.type === "list" ? "may be repeated" : undefined,
    fallback === undefined || fallback === ""
      ? undefined
      : `default: ${isGitHubToken(input) ? "GITHUB_TOKEN of the environment" : fallback}`,
    input.config === undefined ? undefined : `modelyard.yml: ${input.config}`,
    input.deprecated === undefined ? undefined : `deprecated: ${input.deprecated}`,
  ];
  return parts.filter((part) => part !== undefined).join("; ") || "a text";
}

/** True for the input whose default is the token that GitHub mints for a job. */
export function isGitHubToken(input: InputSpec): boolean {
  return input.default?.replace(/\s/g, "") === "${{github.token}}";
}
