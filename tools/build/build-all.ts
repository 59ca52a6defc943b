import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "@modelyard/base";
import { budgetProblem, readBudgets } from "./budgets.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { contentProblems } from "./contents.ts";
import { bundleEntries } from "./entries.ts";
import { licenceText } from "./licences.ts";

export interface BuildResult {
  readonly bundles: readonly Bundle[];
  readonly problems: readonly string[];
}

/** Builds the named bundles (all without names) of the tree at `root` and writes them; a bundle that cannot be built is a problem, the others go on. */
export async function buildAll(root: string, names: readonly string[] = []): Promise<BuildResult> {
  const entries = bundleEntries(root).filter((entry) => names.length === 0 || names.includes(entry.name));
  const unknown = names.filter((name) => !entries.some((entry) => entry.name === name));
  const problems = unknown.map((name) => `there is no bundle called ${name}`);
  const budgets = readBudgets(root);
  const bundles: Bundle[] = [];
  for (const entry of entries) {
    try {
      const built = await bundle(root, entry);
      const size = budgetProblem(budgets, entry.name, built.code.length);
      problems.push(...contentProblems(built), ...(size === undefined ? [] : [size]));
      writeBundle(root, built);
      bundles.push(built);
    } catch (error) {
      problems.push(`${entry.name} does not build: ${messageOf(error)}`);
    }
  }
  return { bundles, problems };
}

function writeBundle(root: string, built: Bundle): void {
  for (const output of [built.entry.output, ...built.entry.copies]) {
    write(join(root, output), built.code);
    write(join(root, output.replace(/\.cjs$/, ".licences.txt")), licenceText(root, built));
  }
}

// Replaced in one step: tests may run the old bundle at this moment.
function write(path: string, content: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}
