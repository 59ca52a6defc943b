import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatBytes } from "@modelyard/base";

/** Largest allowed size of each bundle in bytes, by its name. The runner downloads every bundle of a release for every job. */
export function readBudgets(root: string): Readonly<Record<string, number>> {
  return JSON.parse(readFileSync(join(root, "tools/build/budgets.json"), "utf8")) as Record<string, number>;
}

/** Why a bundle's size is not accepted, or undefined. */
export function budgetProblem(budgets: Readonly<Record<string, number>>, name: string, sizeBytes: number): string | undefined {
  const budget = budgets[name];
  if (budget === undefined)
    return `${name} has no budget: add "${name}" with about ${Math.ceil((sizeBytes * 1.15) / 10_000) * 10_000} to tools/build/budgets.json`;
  if (sizeBytes > budget)
    return `${name} is ${formatBytes(sizeBytes)}, above its budget of ${formatBytes(budget)}: find what it carries with \`npm run build -- ${name} --why\`, or raise the budget in tools/build/budgets.json`;
  return undefined;
}
