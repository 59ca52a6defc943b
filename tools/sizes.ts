// node tools/sizes.ts: a markdown table of bundle sizes against their budgets, for the job summary of CI.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { formatBytes } from "@modelyard/base";
import { markdownTable } from "markdown-table";
import { readBudgets } from "./build/budgets.ts";
import { bundleEntries } from "./build/entries.ts";
import { root } from "./steps.ts";

const budgets = readBudgets(root);
const rows = bundleEntries(root).map(({ name, output }) => {
  const path = join(root, output);
  const size = existsSync(path) ? statSync(path).size : undefined;
  const budget = budgets[name];
  const share = size === undefined || budget === undefined ? "" : `${Math.round((100 * size) / budget)}%`;
  return [name, size === undefined ? "not built" : formatBytes(size), budget === undefined ? "none" : formatBytes(budget), share];
});
process.stdout.write(`${markdownTable([["Bundle", "Size", "Budget", "Used"], ...rows], { align: ["l", "r", "r", "r"] })}\n`);
