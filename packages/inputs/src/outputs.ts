import { defect } from "@modelyard/base";
import { camelCase } from "./names.ts";
import type { ActionSpec, OutputSpec, OutputsOf } from "./spec.ts";

/** The declared outputs by their kebab-case names with their types kept, as the command line prints them; absent ones are left out. */
export function outputValues<S extends ActionSpec>(spec: S, outputs: OutputsOf<S>): Record<string, unknown> {
  const byKey = outputs as Readonly<Record<string, unknown>>;
  const values: Record<string, unknown> = {};
  for (const [name, output] of Object.entries(spec.outputs)) {
    const value = byKey[camelCase(name)];
    if (value !== undefined) values[name] = checked(spec, name, output, value);
  }
  return values;
}

/** The declared outputs as the texts that a workflow sees. */
export function formatOutputs<S extends ActionSpec>(spec: S, outputs: OutputsOf<S>): [name: string, text: string][] {
  return Object.entries(outputValues(spec, outputs)).map(([name, value]) => [name, outputText(value, spec.outputs[name]!)]);
}

function outputText(value: unknown, output: OutputSpec): string {
  if (typeof value === "string" && output.type !== "json") return value;
  if (Array.isArray(value) && output.type === "list") return value.join(output.separator ?? ",");
  return typeof value === "number" || typeof value === "boolean" ? String(value) : JSON.stringify(value);
}

// A wrong value here is our own mistake: the type checker was circumvented or a number is not finite.
function checked(spec: ActionSpec, name: string, output: OutputSpec, value: unknown): unknown {
  if (!isOfType(value, output)) throw defect("OUTPUT_INVALID", `${spec.name}: the output ${name} is not of type ${output.type}`);
  return value;
}

function isOfType(value: unknown, output: OutputSpec): boolean {
  switch (output.type) {
    case "string":
      return typeof value === "string";
    case "enum":
      return typeof value === "string" && (output.values?.includes(value) ?? false);
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isSafeInteger(value);
    case "float":
    case "duration":
      return typeof value === "number" && Number.isFinite(value);
    case "list":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "json":
      return true;
  }
}
