import { type ActionSpec, boundsText, expectedText, type InputSpec, type OutputSpec } from "@modelyard/inputs";
import { markdownTable } from "markdown-table";

/** The table between the inputs markers of an action's README. */
export function inputsTable(spec: ActionSpec): string {
  const rows = Object.entries(spec.inputs).map(([name, input]) => [
    code(name),
    typeText(input),
    defaultText(input),
    input.config === undefined ? "" : code(input.config),
    describe(input),
  ]);
  return rows.length === 0
    ? "This action has no inputs."
    : table([["Input", "Type", "Default", "Key of `modelyard.yml`", "Description"], ...rows]);
}

/** The table between the outputs markers. */
export function outputsTable(spec: ActionSpec): string {
  const rows = Object.entries(spec.outputs).map(([name, output]) => [code(name), typeText(output), cell(output.description)]);
  return rows.length === 0 ? "This action has no outputs." : table([["Output", "Type", "Description"], ...rows]);
}

/** The table of all actions in the root README. */
export function actionsTable(specs: readonly ActionSpec[]): string {
  const rows = specs.map((spec) => [`[${code(spec.name)}](actions/${spec.name}/README.md)`, cell(spec.description)]);
  return table([["Action", "What it does"], ...rows]);
}

function table(rows: string[][]): string {
  return markdownTable(rows, { alignDelimiters: false, padding: true });
}

function typeText(value: InputSpec | OutputSpec): string {
  if (value.type === "enum") return (value.values ?? []).map(code).join(" ");
  return value.type === "list" ? cell(expectedText(value)) : `${value.type}${boundsText(value)}`;
}

function defaultText(input: InputSpec): string {
  const text = input.fallback ?? input.default;
  return input.required ? "**required**" : text === undefined || text === "" ? "" : code(text);
}

function describe(input: InputSpec): string {
  return cell(`${input.deprecated === undefined ? "" : `**Deprecated:** ${input.deprecated} `}${input.description}`);
}

function cell(text: string): string {
  return text.replace(/\s+/g, " ").replace(/\|/g, "\\|");
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}
