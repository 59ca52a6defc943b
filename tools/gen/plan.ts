import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ActionSpec } from "@modelyard/inputs";
import { actionTypesSchema, actionYmlSchema } from "./action-files.ts";
import { actionSpec } from "./action-spec.ts";
import { replaceBetween } from "./markers.ts";
import { readYaml } from "./read-yaml.ts";
import { renderCommands, renderInputs } from "./render-code.ts";
import { renderSchema } from "./render-schema.ts";
import { actionsTable, inputsTable, outputsTable } from "./render-tables.ts";
import type { PublishedSchema } from "./schemas.ts";

/** What the generated files of a tree should be. */
export interface GenerationPlan {
  /** Content by path relative to the root. */
  readonly files: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/** Computes every generated file of the repository at `root`, in memory. */
export function planGeneration(root: string, schemas: readonly PublishedSchema[]): GenerationPlan {
  const files = new Map<string, string>();
  const problems: string[] = [];
  const specs: ActionSpec[] = [];
  for (const name of actionNames(root)) {
    const spec = readSpec(root, name, problems);
    if (spec === undefined) continue;
    specs.push(spec);
    files.set(`actions/${name}/src/inputs.gen.ts`, renderInputs(spec));
    planReadme(root, `actions/${name}/README.md`, { inputs: inputsTable(spec), outputs: outputsTable(spec) }, files, problems);
  }
  const runnable = specs.filter((spec) => hasOperation(root, spec.name, problems));
  files.set("packages/cli/src/commands.gen.ts", renderCommands(runnable));
  if (existsSync(join(root, "README.md"))) planReadme(root, "README.md", { actions: actionsTable(specs) }, files, problems);
  for (const schema of schemas) files.set(`schemas/${schema.name}.json`, renderSchema(schema));
  return { files, problems };
}

/** Names of the directories that hold an action.yml. */
function actionNames(root: string): string[] {
  if (!existsSync(join(root, "actions"))) return [];
  return readdirSync(join(root, "actions"))
    .filter((name) => existsSync(join(root, "actions", name, "action.yml")))
    .sort();
}

function readSpec(root: string, name: string, problems: string[]): ActionSpec | undefined {
  const yml = readYaml(join(root, "actions", name, "action.yml"), `actions/${name}/action.yml`, actionYmlSchema);
  const types = readYaml(join(root, "actions", name, "action-types.yml"), `actions/${name}/action-types.yml`, actionTypesSchema);
  if (yml.kind === "problems") problems.push(...yml.problems);
  if (types.kind === "problems") problems.push(...types.problems);
  if (yml.kind === "problems" || types.kind === "problems") return undefined;
  const joined = actionSpec(name, yml.value, types.value);
  problems.push(...joined.problems);
  return joined.problems.length === 0 ? joined.spec : undefined;
}

function hasOperation(root: string, name: string, problems: string[]): boolean {
  if (existsSync(join(root, `packages/operations/src/${name}.ts`))) return true;
  problems.push(`actions/${name}: there is no operation packages/operations/src/${name}.ts`);
  return false;
}

function planReadme(
  root: string,
  path: string,
  tables: Readonly<Record<string, string>>,
  files: Map<string, string>,
  problems: string[],
): void {
  if (!existsSync(join(root, path))) {
    problems.push(`${path} is missing`);
    return;
  }
  let text = readFileSync(join(root, path), "utf8");
  for (const [marker, body] of Object.entries(tables)) {
    const replaced = replaceBetween(text, marker, body);
    if (replaced.kind === "problem") problems.push(`${path} ${replaced.problem}`);
    else text = replaced.text;
  }
  files.set(path, text);
}
