import { isModelyardError } from "@modelyard/base";
import { parseConfig } from "@modelyard/operations/config";
import { parse } from "yaml";

/** What a YAML block of the docs is, as a file that linters read; or why it is wrong. */
export type YamlBlock =
  | { readonly kind: "workflow"; readonly text: string }
  | { readonly kind: "action"; readonly text: string }
  | { readonly kind: "other" }
  | { readonly kind: "wrong"; readonly problem: string };

const JOB_HEAD = "jobs:\n  example:\n    name: Example\n    runs-on: ubuntu-24.04\n";
const ONE_STEP = "    steps:\n      - run: echo example\n";

/** Classifies a block; snippets of a workflow are completed to the smallest workflow that holds them. A modelyard.yml is checked against its schema. */
export function classifyYaml(text: string, name: string): YamlBlock {
  let value: unknown;
  try {
    value = parse(text, { uniqueKeys: true });
  } catch (error) {
    return { kind: "wrong", problem: error instanceof Error ? error.message : String(error) };
  }
  const head = headFor(text);
  if (Array.isArray(value))
    return value.every((item) => has(item, "uses") || has(item, "run"))
      ? workflow(`${head}${JOB_HEAD}    steps:\n${earlierSteps(text)}${indent(text, 6)}`)
      : { kind: "other" };
  if (typeof value !== "object" || value === null) return { kind: "other" };
  if (has(value, "jobs")) return workflow(has(value, "on") ? text : `${head}${text}`);
  if (has(value, "runs")) return { kind: "action", text };
  if (has(value, "models") || has(value, "datasets") || has(value, "yard")) return config(text, name);
  if (has(value, "steps"))
    return workflow(`${head}jobs:\n  example:\n${has(value, "runs-on") ? "" : "    runs-on: ubuntu-24.04\n"}${indent(text, 4)}`);
  if (has(value, "on")) return workflow(`name: Example\npermissions: {}\n${text}${JOB_HEAD}${ONE_STEP}`);
  if (has(value, "permissions")) return workflow(`${head}${JOB_HEAD}${indent(text, 4)}${ONE_STEP}`);
  const entries: unknown[] = Object.values(value);
  return entries.length > 0 && entries.every((entry) => has(entry, "runs-on"))
    ? workflow(`${head}jobs:\n${indent(text, 2)}`)
    : { kind: "other" };
}

/** A workflow's head that declares the inputs which a snippet reads. */
function headFor(text: string): string {
  const inputs = referenced(text, /\binputs\.([\w-]+)/g).map(
    (name) => `      ${name}:\n        description: Example\n        type: string\n`,
  );
  const trigger = inputs.length === 0 ? "on: workflow_dispatch\n" : `on:\n  workflow_dispatch:\n    inputs:\n${inputs.join("")}`;
  return `name: Example\n${trigger}permissions: {}\n`;
}

/** Steps that stand for the earlier ones whose outputs a snippet reads. */
function earlierSteps(text: string): string {
  const missing = referenced(text, /\bsteps\.([\w-]+)\./g).filter((id) => !new RegExp(`^\\s*(?:- )?id: ${id}\\s*$`, "m").test(text));
  return missing.map((id) => `      - id: ${id}\n        run: echo earlier\n`).join("");
}

function referenced(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1]!))];
}

function workflow(text: string): YamlBlock {
  return { kind: "workflow", text };
}

function config(text: string, name: string): YamlBlock {
  try {
    parseConfig(text, name);
    return { kind: "other" };
  } catch (error) {
    if (!isModelyardError(error)) throw error;
    return { kind: "wrong", problem: error.message };
  }
}

function has(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}

function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(spaces));
}
